package app.onbeat.screens

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable

/** What is kept of the rep, each with its purpose, and who else gets it: nobody. */
@Composable
fun KeptScreen(back: () -> Unit) {
    val kept =
        listOf(
            Word.KEPT_PLACE to Word.KEPT_PLACE_WHY,
            Word.KEPT_WORK to Word.KEPT_WORK_WHY,
            Word.KEPT_PERSON to Word.KEPT_PERSON_WHY,
            Word.KEPT_PHONE to Word.KEPT_PHONE_WHY,
            Word.KEPT_CAUSES to Word.KEPT_CAUSES_WHY,
            Word.KEPT_STILL to Word.KEPT_STILL_WHY,
        )
    Screen(say(Word.KEPT_OF_ME), back) {
        kept.forEach { (what, why) ->
            Panel(say(what)) { Text(say(why), style = MaterialTheme.typography.bodyMedium) }
        }
        Panel(say(Word.NEVER_KEEPS)) {
            Text(say(Word.NEVER_KEEPS_WHAT), style = MaterialTheme.typography.bodyMedium)
        }
        Panel(say(Word.THIRD_PARTIES)) {
            Text(say(Word.THIRD_PARTIES_WHAT), style = MaterialTheme.typography.bodyMedium)
        }
    }
}

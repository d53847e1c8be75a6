package app.onbeat.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import uniffi.onbeat_core.Language
import uniffi.onbeat_core.Notice

/** Whether the place may be recorded: the company's page, or the app's own words where it wrote none. */
@Composable
fun PlaceScreen(
    notice: Notice?,
    agree: () -> Unit,
    notNow: () -> Unit,
) {
    val page = notice?.of(LocalWords.current.language)
    Screen(say(Word.PLACE)) {
        if (page == null) {
            Text(say(Word.PLACE_OWN), style = MaterialTheme.typography.bodyLarge)
        } else {
            Panel(say(Word.PLACE_COMPANY)) { Text(page, style = MaterialTheme.typography.bodyMedium) }
        }
        Panel(say(Word.NEVER_KEEPS)) { Text(say(Word.PLACE_NEVER), style = MaterialTheme.typography.bodyMedium) }
        Panel(say(Word.WITHOUT_IT)) { Text(say(Word.PLACE_WITHOUT), style = MaterialTheme.typography.bodyMedium) }
        Text(say(Word.PLACE_ASK), style = MaterialTheme.typography.bodyLarge)
        MainButton(say(Word.AGREE), act = agree)
        QuietButton(say(Word.NOT_NOW), Modifier.fillMaxWidth(), act = notNow)
        Soft(say(Word.CHANGE_IN_SETTINGS))
    }
}

/** In the rep's language; a page that was written in one alone is better than none. */
private fun Notice.of(language: Language): String? {
    val pages = if (language == Language.ZH) listOf(zh, en) else listOf(en, zh)
    return pages.find { it.isNotBlank() }
}

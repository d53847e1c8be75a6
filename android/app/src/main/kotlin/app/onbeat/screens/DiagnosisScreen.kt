package app.onbeat.screens

import androidx.compose.runtime.Composable

/** The makers' own rules that end apps in the background: their name, and the page of settings that lifts them. */
data class BatteryRules(
    val maker: String,
    val open: () -> Unit,
)

/** How the phone fares, for the rep and for the help desk; [copy] takes it along as text. */
@Composable
fun DiagnosisScreen(
    checkup: Checkup,
    battery: BatteryRules?,
    copy: (String) -> Unit,
    back: () -> Unit,
) {
    val words = LocalWords.current
    Screen(say(Word.DIAGNOSIS), back) {
        Panel(say(Word.MAY_WORK)) { checkup.mayWork(words).forEach { Told(it) } }
        if (battery != null) {
            Panel(say(Word.BATTERY_RULES, battery.maker)) {
                Soft(say(Word.BATTERY_RULES_WHAT))
                QuietButton(say(Word.OPEN_SETTINGS), act = battery.open)
            }
        }
        Panel(say(Word.DID_LAST)) { checkup.didLast(words).forEach { Told(it) } }
        val starts = checkup.started(words)
        if (starts.isNotEmpty()) Panel(say(Word.STARTS)) { starts.forEach { Told(it) } }
        Panel(say(Word.WHICH_PHONE)) { checkup.whichPhone(words).forEach { Told(it) } }
        MainButton(say(Word.COPY)) { copy(checkup.toText(words)) }
        Soft(say(Word.COPY_WHAT))
    }
}

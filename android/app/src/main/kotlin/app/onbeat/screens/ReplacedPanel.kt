package app.onbeat.screens

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import uniffi.onbeat_core.Today

/** Another phone took this one's place: what it holds is still sent, and then it may be left. */
@Composable
fun ReplacedPanel(
    today: Today,
    export: () -> Unit,
    leave: () -> Unit,
) {
    val sinceMs = today.replacedMs ?: return
    val isSent = today.waitingRecords == 0uL && today.waitingPhotos == 0u
    Panel(say(Word.REPLACED), MaterialTheme.colorScheme.primaryContainer) {
        Text(
            say(Word.REPLACED_SINCE, dateTimeOf(sinceMs, today.zone)),
            style = MaterialTheme.typography.bodyLarge,
        )
        if (isSent) {
            Text(say(Word.REPLACED_SENT), style = MaterialTheme.typography.bodyMedium)
        } else {
            Text(say(Word.REPLACED_SENDS), style = MaterialTheme.typography.bodyMedium)
            Sent(today)
        }
        SideBySide {
            QuietButton(say(Word.EXPORT), act = export)
            if (isSent) QuietButton(say(Word.REPLACED_LEAVE), act = leave)
        }
    }
}

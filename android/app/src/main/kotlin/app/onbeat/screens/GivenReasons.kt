package app.onbeat.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import uniffi.onbeat_core.ExceptionKind
import uniffi.onbeat_core.ReasonSeen

val ExceptionKind.word: Word
    get() = Word.valueOf("REASON_$name")

/** The reasons that the rep gave on a day, and what a person said to each. */
@Composable
fun GivenReasons(
    reasons: List<ReasonSeen>,
    zone: String,
) {
    if (reasons.isEmpty()) return
    Panel(say(Word.YOUR_REASONS)) {
        reasons.forEach { seen ->
            val interval = seen.reason.interval
            val time = say(Word.FROM_TO, timeOf(interval.fromMs, zone), timeOf(interval.toMs, zone))
            Column {
                Text(say(seen.reason.reason.word), style = MaterialTheme.typography.bodyLarge)
                Soft(listOf(time, seen.reason.note).filter { it.isNotEmpty() }.joinToString(say(Word.BETWEEN)))
                Text(answered(seen), style = MaterialTheme.typography.bodyMedium)
            }
        }
    }
}

/** Reasons that may be given by one tap. */
@Composable
fun ReasonButtons(
    reasons: List<ExceptionKind>,
    give: (ExceptionKind) -> Unit,
) = SideBySide { reasons.forEach { QuietButton(say(it.word)) { give(it) } } }

@Composable
private fun answered(seen: ReasonSeen): String {
    val declined = seen.declined
    return when {
        seen.approved -> say(Word.REASON_APPROVED)
        declined != null -> say(Word.REASON_DECLINED, declined.by, declined.words)
        else -> say(Word.REASON_WAITS)
    }
}

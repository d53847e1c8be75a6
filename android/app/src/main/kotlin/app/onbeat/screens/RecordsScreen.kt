package app.onbeat.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import uniffi.onbeat_core.DayView
import uniffi.onbeat_core.Look
import uniffi.onbeat_core.Receipt
import java.time.LocalDate

/** What is kept of the rep: the newest of it, and one day. */
data class Records(
    val day: DayView,
    val zone: String,
    val nowMs: Long,
    val looks: List<Look>,
    val receipts: List<Receipt>,
)

/** Everything that is said of the rep on a day, who looked, and what proves that his records arrived. */
@Composable
fun RecordsScreen(
    records: Records,
    show: (LocalDate) -> Unit,
    go: (Destination) -> Unit,
    export: () -> Unit,
    back: () -> Unit,
) {
    val day = LocalDate.parse(records.day.day)
    Screen(say(Word.MY_RECORDS), back) {
        Row(Modifier.fillMaxWidth(), Arrangement.SpaceBetween, Alignment.CenterVertically) {
            QuietButton(say(Word.DAY_BEFORE)) { show(day.minusDays(1)) }
            Text(records.day.day, style = MaterialTheme.typography.titleMedium)
            QuietButton(say(Word.DAY_AFTER)) { show(day.plusDays(1)) }
        }
        Day(records, go)
        GivenReasons(records.day.presence.reasons, records.zone)
        Visits(records.day.visits, records.zone) { go(Destination.Visit(it.visit, day)) }
        Looks(records)
        Panel(say(Word.RECEIPTS)) {
            val newest = records.receipts.firstOrNull()
            Text(
                if (newest ==
                    null
                ) {
                    say(Word.NO_RECEIPTS)
                } else {
                    say(Word.RECEIVED_UP_TO, newest.seq.toLong(), timeOf(newest.receivedAt, records.zone))
                },
                style = MaterialTheme.typography.bodyMedium,
            )
            QuietButton(say(Word.EXPORT), act = export)
            Soft(say(Word.EXPORT_WHAT))
        }
    }
}

@Composable
private fun Day(
    records: Records,
    go: (Destination) -> Unit,
) {
    val day = records.day
    Panel(say(Word.SAID_OF_DAY)) {
        val window = day.window
        if (window ==
            null
        ) {
            Soft(say(Word.DAY_OFF))
        } else {
            WindowBar(window, day.spans, day.counts, records.nowMs, records.zone)
        }
        if (day.findings.isEmpty()) Soft(say(Word.NOTHING_SAID))
        day.findings.forEach { FindingRow(it, records.zone, go) }
    }
}

@Composable
private fun Looks(records: Records) {
    Panel(say(Word.LOOKS)) {
        if (records.looks.isEmpty()) Soft(say(Word.NOBODY_LOOKED))
        records.looks.forEach { look ->
            Text(
                say(Word.LOOKED, look.by, look.day, timeOf(look.atMs, records.zone)),
                style = MaterialTheme.typography.bodyMedium,
            )
        }
    }
}

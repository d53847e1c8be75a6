package app.onbeat.screens

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import uniffi.onbeat_core.LookReason
import uniffi.onbeat_core.MyRecords

/** Everything that is said of the rep on a day, who looked, and what proves that his records arrived. */
@Composable
fun RecordsScreen(
    records: MyRecords,
    go: (Destination) -> Unit,
    export: () -> Unit,
    back: () -> Unit,
) {
    Screen(say(Word.MY_RECORDS), back) {
        Text(records.day.day, style = MaterialTheme.typography.titleMedium)
        SideBySide {
            QuietButton(say(Word.DAY_BEFORE)) { go(Destination.Records(records.before)) }
            QuietButton(say(Word.DAY_AFTER)) { go(Destination.Records(records.after)) }
        }
        Day(records, go)
        GivenReasons(records.day.presence.reasons, records.zone)
        Visits(records.day.visits, records.zone) { go(Destination.Visit(it.visit, records.day.day)) }
        Looks(records)
        Receipts(records, export)
    }
}

@Composable
private fun Day(
    records: MyRecords,
    go: (Destination) -> Unit,
) {
    val day = records.day
    Panel(say(Word.SAID_OF_DAY)) {
        val window = day.window
        if (window == null) {
            Soft(say(if (isOver(records)) Word.WAS_DAY_OFF else Word.DAY_OFF))
        } else {
            WindowBar(window, day.spans, day.counts, records.nowMs, records.zone)
        }
        if (day.findings.isEmpty()) Soft(say(Word.NOTHING_SAID))
        day.findings.forEach { FindingRow(it, records.zone, go) }
    }
}

/** Days are written so that they sort. */
private fun isOver(records: MyRecords) = records.day.day < dateTimeOf(records.nowMs, records.zone).substringBefore(' ')

/** Who looked, when, and why. */
@Composable
private fun Looks(records: MyRecords) {
    Panel(say(Word.LOOKS)) {
        if (records.looks.isEmpty()) Soft(say(Word.NOBODY_LOOKED))
        records.looks.forEach { look ->
            val at = dateTimeOf(look.atMs, records.zone)
            val day = look.day
            val looked = if (day == null) say(Word.LOOKED_AT_ALL, look.by, at) else say(Word.LOOKED, look.by, day, at)
            Told(Fact(looked, why(look.why)))
        }
    }
}

@Composable
private fun why(why: LookReason) =
    when (why) {
        is LookReason.Finding -> say(Word.LOOK_FINDING)
        is LookReason.Visit -> say(Word.LOOK_VISIT)
        is LookReason.Emergency -> say(Word.LOOK_EMERGENCY)
        is LookReason.Said -> say(Word.LOOK_SAID, why.words)
    }

/** What the server signed for, and when; and the rep's own copy. */
@Composable
private fun Receipts(
    records: MyRecords,
    export: () -> Unit,
) {
    Panel(say(Word.RECEIPTS)) {
        if (records.receipts.isEmpty()) Soft(say(Word.NO_RECEIPTS))
        records.receipts.forEach {
            Told(Fact(dateTimeOf(it.receivedAt, records.zone), say(Word.RECEIVED_UP_TO, it.seq.toLong())))
        }
        QuietButton(say(Word.EXPORT), act = export)
        Soft(say(Word.EXPORT_WHAT))
    }
}

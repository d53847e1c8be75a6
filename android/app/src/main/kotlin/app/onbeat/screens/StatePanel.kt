package app.onbeat.screens

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import uniffi.onbeat_core.Here
import uniffi.onbeat_core.PlaceVerdict
import uniffi.onbeat_core.Standing
import uniffi.onbeat_core.Today
import uniffi.onbeat_core.When

/** Where the day and the rep stand. */
@Composable
fun StatePanel(today: Today) {
    val window = today.day.window
    Panel {
        Text(headline(today), style = MaterialTheme.typography.titleLarge)
        today.here?.let { Soft(seen(it, today.zone)) }
        today.exit?.let { Soft(say(Word.PHONE_ENDED, timeOf(it.atMs, today.zone), say(it.why.word))) }
        today.recordedSinceMs?.let { Soft(recorded(it, today)) }
        if (window != null) WindowBar(window, today.day.spans, today.day.counts, today.nowMs, today.zone)
        if (today.`when` == When.AFTER) Report(today)
    }
}

/** After the window: what came of the day, below what is known of each stretch of it. */
@Composable
private fun Report(today: Today) {
    val visits = today.day.visits
    val signedInMs = today.day.signIn.atMs
    val signedIn = if (signedInMs == null) say(Word.NOT_SIGNED_IN) else timeOf(signedInMs, today.zone)
    Told(Fact(say(Word.SIGNED_IN), signedIn))
    Told(Fact(say(Word.VISITS), say(Word.VISITS_REPORTED, visits.size, visits.count { it.report != null })))
}

@Composable
private fun headline(today: Today): String {
    val at = { atMs: Long -> timeOf(atMs, today.zone) }
    return when (val standing = today.standing) {
        Standing.Replaced -> say(Word.RECORDS_NOTHING)
        Standing.NotAgreed -> say(Word.PLACE_REFUSED)
        Standing.DayOff -> say(Word.DAY_OFF)
        is Standing.Begins -> say(Word.BEFORE, at(standing.atMs))
        is Standing.OnLeave -> standing.untilMs?.let { say(Word.ON_LEAVE_UNTIL, at(it)) } ?: say(Word.ON_LEAVE)
        is Standing.Ended -> say(Word.AFTER, at(standing.atMs))
        is Standing.OnBreak -> say(Word.ON_BREAK, at(standing.untilMs))
        Standing.InPrivate -> say(Word.IN_PRIVATE)
        Standing.NotSeen -> say(Word.NOT_SEEN)
        Standing.Seen -> today.here?.let { placed(it) }.orEmpty()
    }
}

@Composable
private fun recorded(
    sinceMs: Long,
    today: Today,
): String {
    val isLate = sinceMs > (today.day.window?.fromMs ?: 0)
    return say(if (isLate) Word.RECORDED_SINCE_LATE else Word.RECORDED_SINCE, timeOf(sinceMs, today.zone))
}

@Composable
private fun placed(here: Here): String {
    val edge = LocalWords.current.distance(here.edgeMm ?: 0)
    return when (here.place) {
        PlaceVerdict.INSIDE -> say(Word.INSIDE, edge)
        PlaceVerdict.EDGE -> say(Word.AT_EDGE)
        PlaceVerdict.OUTSIDE -> say(Word.OUTSIDE, edge)
        PlaceVerdict.UNUSABLE -> say(Word.UNSURE)
    }
}

@Composable
private fun seen(
    here: Here,
    zone: String,
): String {
    val accuracyMm = here.accuracyMm ?: return say(Word.SEEN_AT, timeOf(here.atMs, zone))
    return say(Word.SEEN_WITHIN, timeOf(here.atMs, zone), LocalWords.current.distance(accuracyMm))
}

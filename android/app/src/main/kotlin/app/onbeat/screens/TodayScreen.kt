package app.onbeat.screens

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import app.onbeat.phone.Act
import uniffi.onbeat_core.ExceptionKind
import uniffi.onbeat_core.FindingState
import uniffi.onbeat_core.Here
import uniffi.onbeat_core.Interval
import uniffi.onbeat_core.Next
import uniffi.onbeat_core.PlaceVerdict
import uniffi.onbeat_core.Today
import uniffi.onbeat_core.When

/** The screen of the day: one button for what comes next, where the rep is, the window, what is asked, and the sync. */
@Composable
fun TodayScreen(
    today: Today,
    act: (Act) -> Unit,
    go: (Destination) -> Unit,
) {
    Screen(say(Word.TODAY)) {
        State(today)
        NextButton(today.next, act, go)
        today.away?.let { Reasons(it, act) }
        if (today.`when` == When.WITHIN) Pauses(today, act)
        Asked(today, go)
        Visits(today.day.visits, today.zone, go)
        Sent(today)
        SideBySide {
            QuietButton(say(Word.CUSTOMERS)) { go(Destination.Customers) }
            QuietButton(say(Word.MY_RECORDS)) { go(Destination.Records) }
        }
    }
}

/** Where the day and the rep stand. */
@Composable
private fun State(today: Today) {
    val window = today.day.window
    Panel {
        Text(headline(today), style = MaterialTheme.typography.titleLarge)
        today.here?.let { Soft(seen(it, today.zone)) }
        if (window != null) WindowBar(window, today.day.spans, today.day.counts, today.nowMs, today.zone)
    }
}

@Composable
private fun headline(today: Today): String {
    val breakUntilMs = today.breakUntilMs
    return when {
        today.`when` == When.DAY_OFF -> say(Word.DAY_OFF)
        today.`when` == When.BEFORE -> say(Word.BEFORE, timeOf(today.day.window?.fromMs ?: 0, today.zone))
        today.`when` == When.AFTER -> say(Word.AFTER)
        breakUntilMs != null -> say(Word.ON_BREAK, timeOf(breakUntilMs, today.zone))
        today.privateSinceMs != null -> say(Word.IN_PRIVATE)
        else -> today.here?.let { placed(it) } ?: say(Word.NOT_SEEN)
    }
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

@Composable
private fun NextButton(
    next: Next,
    act: (Act) -> Unit,
    go: (Destination) -> Unit,
) {
    when (next) {
        Next.Rest -> {
            Unit
        }

        Next.EndBreak -> {
            MainButton(say(Word.END_BREAK)) { act(Act.EndBreak) }
        }

        Next.EndPrivate -> {
            MainButton(say(Word.END_PRIVATE)) { act(Act.EndPrivate) }
        }

        Next.SignIn -> {
            MainButton(say(Word.SIGN_IN)) { act(Act.SignIn) }
        }

        is Next.CheckOut -> {
            MainButton(say(Word.GO_CHECK_OUT, next.visit.shownName)) { go(Destination.Visit(next.visit.visit)) }
        }

        is Next.Report -> {
            MainButton(say(Word.GO_REPORT, next.visit.shownName)) { go(Destination.Visit(next.visit.visit)) }
        }

        is Next.Visit -> {
            val near = next.customer
            if (near == null) {
                MainButton(say(Word.CHOOSE_CUSTOMER)) { go(Destination.Customers) }
            } else {
                MainButton(
                    say(Word.CHECK_IN_AT, near.customer.name, LocalWords.current.distance(near.distanceMm ?: 0)),
                ) {
                    act(Act.CheckIn(near.customer.id, ""))
                }
            }
        }
    }
}

/** Who seems to be leaving says why by one tap. */
@Composable
private fun Reasons(
    away: Interval,
    act: (Act) -> Unit,
) {
    val reasons =
        listOf(
            ExceptionKind.CUSTOMER_CALLED to Word.REASON_CUSTOMER_CALLED,
            ExceptionKind.GOODS to Word.REASON_GOODS,
            ExceptionKind.DETOUR to Word.REASON_DETOUR,
            ExceptionKind.HOSPITAL to Word.REASON_HOSPITAL,
            ExceptionKind.TRIP to Word.REASON_TRIP,
        )
    Panel(say(Word.SEEMS_LEAVING), MaterialTheme.colorScheme.tertiaryContainer) {
        Text(say(Word.SEEMS_LEAVING_WHY), style = MaterialTheme.typography.bodyMedium)
        SideBySide {
            reasons.forEach { (reason, word) -> QuietButton(say(word)) { act(Act.GiveReason(away, reason, "")) } }
        }
    }
}

@Composable
private fun Pauses(
    today: Today,
    act: (Act) -> Unit,
) {
    if (today.breakUntilMs != null || today.privateSinceMs != null) return
    SideBySide {
        QuietButton(say(Word.START_BREAK)) { act(Act.StartBreak) }
        QuietButton(say(Word.START_PRIVATE)) { act(Act.StartPrivate) }
    }
}

/** Findings and questions that the rep has not answered. */
@Composable
private fun Asked(
    today: Today,
    go: (Destination) -> Unit,
) {
    val open = today.day.findings.filter { it.state == FindingState.OPEN }
    if (open.isEmpty()) return
    Panel(say(Word.ASKED), MaterialTheme.colorScheme.tertiaryContainer) {
        open.forEach { FindingRow(it, today.zone, go) }
    }
}

@Composable
private fun Sent(today: Today) {
    val sinceMs = today.waitingSinceMs
    val waiting = today.waitingRecords.toLong() + today.waitingPhotos.toLong()
    Soft(
        when {
            waiting == 0L -> say(Word.ALL_SENT)
            sinceMs == null -> say(Word.WAITING, waiting)
            else -> say(Word.WAITING_SINCE, waiting, timeOf(sinceMs, today.zone))
        },
    )
}

package app.onbeat.screens

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import app.onbeat.phone.Act
import uniffi.onbeat_core.Next
import uniffi.onbeat_core.Today
import uniffi.onbeat_core.When
import uniffi.onbeat_core.reasonsByTap

/** The screen of the day: one button for what comes next, where the rep is, the window, what is asked, and the sync. */
@Composable
fun TodayScreen(
    today: Today,
    act: (Act) -> Unit,
    go: (Destination) -> Unit,
    export: () -> Unit,
    leave: () -> Unit,
    lacks: Permission? = null,
) {
    val isReplaced = today.replacedMs != null
    Screen(say(Word.TODAY)) {
        lacks?.let { PlaceLacking(it, go) }
        if (isReplaced) ReplacedPanel(today, export, leave) else StatePanel(today)
        NextButton(today.next, act, go)
        if (today.away != null) Reasons(act)
        GivenReasons(today.day.presence.reasons, today.zone)
        if (today.`when` == When.WITHIN && !isReplaced) Pauses(today, act)
        Asked(today, go)
        Visits(today.day.visits, today.zone) { go(Destination.Visit(it.visit)) }
        if (!isReplaced) Sent(today)
        SideBySide {
            QuietButton(say(Word.CUSTOMERS)) { go(Destination.Customers()) }
            QuietButton(say(Word.MAP)) { go(Destination.Map) }
            QuietButton(say(Word.MY_RECORDS)) { go(Destination.Records()) }
            QuietButton(say(Word.SETTINGS)) { go(Destination.Settings) }
        }
    }
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
            MainButton(say(Word.SIGN_IN), isBusy = isUnderWay(Act.SignIn)) { act(Act.SignIn) }
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
                MainButton(say(Word.CHOOSE_CUSTOMER)) { go(Destination.Customers()) }
            } else {
                val checkIn = Act.CheckIn(near.customer.id, "")
                val distance = LocalWords.current.distance(near.distanceMm ?: 0)
                MainButton(say(Word.CHECK_IN_AT, near.customer.name, distance), isBusy = isUnderWay(checkIn)) {
                    act(checkIn)
                }
            }
        }
    }
}

/** Who seems to be leaving says why by one tap. */
@Composable
private fun Reasons(act: (Act) -> Unit) {
    Panel(say(Word.SEEMS_LEAVING), MaterialTheme.colorScheme.tertiaryContainer) {
        Text(say(Word.SEEMS_LEAVING_WHY), style = MaterialTheme.typography.bodyMedium)
        ReasonButtons(reasonsByTap()) { act(Act.GiveReason(it)) }
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
    if (today.asked.isEmpty()) return
    Panel(say(Word.ASKED), MaterialTheme.colorScheme.tertiaryContainer) {
        today.asked.forEach { FindingRow(it, today.zone, go) }
    }
}

/** What waits to be sent, and until when the server wants to be left alone. */
@Composable
fun Sent(today: Today) {
    val sinceMs = today.waitingSinceMs
    val waiting = today.waitingRecords.toLong() + today.waitingPhotos.toLong()
    Soft(
        when {
            waiting == 0L -> say(Word.ALL_SENT)
            sinceMs == null -> say(Word.WAITING, waiting)
            else -> say(Word.WAITING_SINCE, waiting, timeOf(sinceMs, today.zone))
        },
    )
    today.heldUntilMs?.let { Soft(say(Word.HELD_UNTIL, timeOf(it, today.zone))) }
}

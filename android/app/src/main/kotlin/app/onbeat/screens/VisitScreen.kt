package app.onbeat.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.FilterChip
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import app.onbeat.phone.Act
import uniffi.onbeat_core.Outcome
import uniffi.onbeat_core.Report
import uniffi.onbeat_core.VisitShown
import uniffi.onbeat_core.VisitView

/** One visit: the report, kept by [change] as it is typed, photos, and check-out. */
@Composable
fun VisitScreen(
    shown: VisitShown,
    change: (Report) -> Unit,
    finish: (Act) -> Unit,
    photograph: (() -> Unit)?,
    back: () -> Unit,
) {
    val (visit, report, zone) = shown
    val isBusy = LocalUnderWay.current.any { it.ends(visit.visit) }
    Screen(visit.shownName, back) {
        Panel {
            Soft(times(visit, zone))
            Soft(place(visit))
        }
        Panel(say(Word.REPORT)) {
            Outcomes(report.outcome, !isBusy) { change(report.copy(outcome = it)) }
            Field(Word.PURPOSE, report.purpose, !isBusy) { change(report.copy(purpose = it)) }
            Field(Word.CONTENT, report.content, !isBusy) { change(report.copy(content = it)) }
            Field(Word.FEEDBACK, report.feedback, !isBusy) { change(report.copy(feedback = it)) }
            Field(Word.NEXT_STEP, report.nextStep, !isBusy) { change(report.copy(nextStep = it)) }
            Soft(say(Word.DRAFT_KEPT))
        }
        Panel(say(Word.PHOTOS)) {
            Soft(say(Word.PHOTOS_TAKEN, visit.photos.size))
            if (photograph != null) QuietButton(say(Word.TAKE_PHOTO), act = photograph)
        }
        if (visit.toMs == null) {
            MainButton(say(Word.CHECK_OUT), isBusy = isBusy) { finish(Act.CheckOut(report)) }
        } else {
            MainButton(say(Word.SAVE_REPORT), isBusy = isBusy) { finish(Act.SaveReport(report)) }
        }
    }
}

/** What is written while its report is on the way would not be in it. */
private fun Act.ends(visit: String) =
    (this is Act.CheckOut && report.visit == visit) || (this is Act.SaveReport && report.visit == visit)

@Composable
private fun times(
    visit: VisitView,
    zone: String,
): String {
    val toMs = visit.toMs
    val from = timeOf(visit.fromMs, zone)
    return if (toMs == null) say(Word.CHECKED_IN_AT, from) else say(Word.FROM_TO, from, timeOf(toMs, zone))
}

@Composable
private fun place(visit: VisitView): String {
    val distanceMm = visit.distanceMm ?: return say(Word.NO_PLACE)
    return say(Word.FROM_CUSTOMER, LocalWords.current.distance(distanceMm))
}

@Composable
private fun Outcomes(
    chosen: Outcome,
    isEnabled: Boolean,
    choose: (Outcome) -> Unit,
) {
    SideBySide {
        Outcome.entries.forEach { outcome ->
            FilterChip(
                selected = outcome == chosen,
                onClick = { choose(outcome) },
                enabled = isEnabled,
                label = { Text(say(Word.valueOf("OUTCOME_${outcome.name}"))) },
            )
        }
    }
}

@Composable
private fun Field(
    name: Word,
    words: String,
    isEnabled: Boolean,
    change: (String) -> Unit,
) {
    OutlinedTextField(words, change, Modifier.fillMaxWidth(), isEnabled, label = { Text(say(name)) }, maxLines = 6)
}

package app.onbeat.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.FilterChip
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import app.onbeat.phone.Act
import app.onbeat.phone.Draft
import uniffi.onbeat_core.Outcome
import uniffi.onbeat_core.VisitView

/** One visit: the report, kept by [change] as it is typed, photos, and check-out. */
@Composable
fun VisitScreen(
    visit: VisitView,
    zone: String,
    draft: Draft,
    change: (Draft) -> Unit,
    act: (Act) -> Unit,
    photograph: (() -> Unit)?,
    back: () -> Unit,
) {
    Screen(visit.shownName, back) {
        Panel {
            Soft(times(visit, zone))
            Soft(place(visit))
        }
        Panel(say(Word.REPORT)) {
            Outcomes(draft.outcome) { change(draft.copy(outcome = it)) }
            Field(Word.PURPOSE, draft.purpose) { change(draft.copy(purpose = it)) }
            Field(Word.CONTENT, draft.content) { change(draft.copy(content = it)) }
            Field(Word.FEEDBACK, draft.feedback) { change(draft.copy(feedback = it)) }
            Field(Word.NEXT_STEP, draft.nextStep) { change(draft.copy(nextStep = it)) }
            Soft(say(Word.DRAFT_KEPT))
        }
        Panel(say(Word.PHOTOS)) {
            Soft(say(Word.PHOTOS_TAKEN, visit.photos.size))
            if (photograph != null) QuietButton(say(Word.TAKE_PHOTO), act = photograph)
        }
        val save = { act(Act.SaveReport(draft.toReport(visit.visit))) }
        if (visit.toMs == null) {
            MainButton(say(Word.CHECK_OUT)) {
                // With the report, where anything stands in it: else core asks for it later.
                if (draft != Draft()) save()
                act(Act.CheckOut(visit.visit))
                back()
            }
        } else {
            MainButton(say(Word.SAVE_REPORT)) {
                save()
                back()
            }
        }
    }
}

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
    choose: (Outcome) -> Unit,
) {
    SideBySide {
        Outcome.entries.forEach { outcome ->
            FilterChip(
                selected = outcome == chosen,
                onClick = { choose(outcome) },
                label = { Text(say(Word.valueOf("OUTCOME_${outcome.name}"))) },
            )
        }
    }
}

@Composable
private fun Field(
    name: Word,
    words: String,
    change: (String) -> Unit,
) {
    OutlinedTextField(words, change, Modifier.fillMaxWidth(), label = { Text(say(name)) }, maxLines = 6)
}

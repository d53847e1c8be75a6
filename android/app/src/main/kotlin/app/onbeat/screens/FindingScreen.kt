package app.onbeat.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import app.onbeat.phone.Act
import uniffi.onbeat_core.Class
import uniffi.onbeat_core.ExceptionKind
import uniffi.onbeat_core.Explained

/**
 * What was found or asked, what made it, what was said of it, and the rep's own answer, which finishes it. [sentences] are
 * core's.
 */
@Composable
fun FindingScreen(
    explained: Explained,
    sentences: List<String>,
    act: (Act) -> Unit,
    finish: (Act) -> Unit,
    back: () -> Unit,
) {
    val finding = explained.explanation.finding
    Screen(say(finding.kind.word), back) {
        Soft(say(if (finding.`class` == Class.QUESTION) Word.IS_QUESTION else Word.IS_FINDING))
        Panel(say(finding.state.word)) {
            sentences.forEach { Text(it, style = MaterialTheme.typography.bodyLarge) }
        }
        explained.sketch?.let {
            Panel(say(Word.FIXES)) {
                FixSketch(it)
                Soft(say(Word.FIXES_WHAT))
            }
        }
        Said(explained)
        GivenReasons(explained.reasonsGiven, explained.explanation.zone)
        OfferedReasons(explained.reasonsOffered) { act(Act.GiveReasonFor(finding.id, it)) }
        Answering(finding.id, explained.isAppealed) { finish(Act.Reply(finding.id, it)) }
    }
}

/** What people said, in order. */
@Composable
private fun Said(explained: Explained) {
    if (explained.answers.isEmpty() && explained.decisions.isEmpty() && explained.appeals.isEmpty()) return
    Panel(say(Word.SAID)) {
        explained.answers.forEach { Text(say(Word.YOU_SAID, it.text)) }
        explained.decisions.forEach { Text(say(Word.DECIDED, it.by, say(it.state.word), it.reason)) }
        explained.appeals.forEach { Text(say(Word.YOU_APPEALED, it.text)) }
    }
}

/** While a reason can excuse it. */
@Composable
private fun OfferedReasons(
    reasons: List<ExceptionKind>,
    give: (ExceptionKind) -> Unit,
) {
    if (reasons.isEmpty()) return
    Panel(say(Word.REASON_ASKED)) {
        Soft(say(Word.REASON_ASKED_WHAT))
        ReasonButtons(reasons, give)
    }
}

/** The rep answers as often as he likes; what was confirmed he appeals, and another person decides. */
@Composable
private fun Answering(
    finding: String,
    isAppeal: Boolean,
    send: (String) -> Unit,
) {
    var words by rememberSaveable(finding) { mutableStateOf("") }
    Panel(say(if (isAppeal) Word.APPEAL else Word.ANSWER)) {
        Soft(say(if (isAppeal) Word.APPEAL_WHAT else Word.ANSWER_WHAT))
        OutlinedTextField(
            words,
            { words = it },
            Modifier.fillMaxWidth(),
            label = { Text(say(Word.YOUR_WORDS)) },
            minLines = 2,
        )
        MainButton(say(Word.SEND), words.isNotBlank(), isUnderWay(Act.Reply(finding, words))) { send(words) }
    }
}

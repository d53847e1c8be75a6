package app.onbeat.screens

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import kotlinx.coroutines.delay
import uniffi.onbeat_core.PhoneException

/** Why something was not done, and what mends it. [details] are core's own words, for the help desk. */
data class Problem(
    val word: Word,
    val details: String,
)

/** What to say of a call that failed, by its code: core's own, or the server's where that refused. */
fun PhoneException.problem(): Problem {
    val other = if (this is PhoneException.Refused) Word.PROBLEM_REFUSED else Word.PROBLEM_OTHER
    return Problem(WORDS[code()] ?: other, words())
}

private val WORDS =
    mapOf(
        "bad_link" to Word.PROBLEM_BAD_LINK,
        "network" to Word.PROBLEM_NETWORK,
        "untrusted" to Word.PROBLEM_UNTRUSTED,
        "storage_full" to Word.PROBLEM_STORAGE_FULL,
        "wiped" to Word.PROBLEM_WIPED,
        "no_reference" to Word.PROBLEM_NO_REFERENCE,
        "wrong_key" to Word.PROBLEM_WRONG_KEY,
        "newer_version" to Word.PROBLEM_NEWER_VERSION,
        "replaced" to Word.PROBLEM_REPLACED,
        "location_refused" to Word.PROBLEM_LOCATION_REFUSED,
        "still_waiting" to Word.PROBLEM_STILL_WAITING,
        "key_locked" to Word.PROBLEM_LOCKED,
        "key_gone" to Word.PROBLEM_KEY_GONE,
    )

/** Nothing can be shown but why, and the ways on; at [againMs], said in [zone], it is tried again by itself. */
@Composable
fun Stopped(
    problem: Problem,
    againMs: Long?,
    zone: String,
    tryAgain: () -> Unit,
    diagnose: () -> Unit,
) {
    Screen(say(Word.SORRY)) {
        ProblemSaid(problem)
        if (againMs != null) Soft(say(Word.ASKED_AGAIN, timeOf(againMs, zone)))
        MainButton(say(Word.TRY_AGAIN), act = tryAgain)
        QuietButton(say(Word.DIAGNOSIS), Modifier.fillMaxWidth(), act = diagnose)
    }
    LaunchedEffect(againMs) {
        if (againMs == null) return@LaunchedEffect
        delay(againMs - System.currentTimeMillis())
        tryAgain()
    }
}

/** The phone is nobody's: the company released it, or its rep left it for another. */
@Composable
fun ReleasedScreen(beginAnew: () -> Unit) {
    Screen(say(Word.RELEASED)) {
        Text(say(Word.PROBLEM_WIPED), style = MaterialTheme.typography.bodyLarge)
        MainButton(say(Word.BEGIN_ANEW), act = beginAnew)
    }
}

/** What was not done, above the screen on which it was wanted. */
@Composable
fun NotDone(
    problem: Problem,
    dismiss: () -> Unit,
) {
    Box(Modifier.padding(start = 16.dp, top = 12.dp, end = 16.dp)) { ProblemSaid(problem, dismiss) }
}

@Composable
fun ProblemSaid(
    problem: Problem,
    dismiss: (() -> Unit)? = null,
) {
    Panel(colour = MaterialTheme.colorScheme.errorContainer) {
        Text(
            say(problem.word),
            Modifier.semantics { liveRegion = LiveRegionMode.Polite },
            style = MaterialTheme.typography.bodyLarge,
        )
        if (problem.details.isNotEmpty()) Text(problem.details, style = MaterialTheme.typography.bodySmall)
        if (dismiss != null) QuietButton(say(Word.UNDERSTOOD), act = dismiss)
    }
}

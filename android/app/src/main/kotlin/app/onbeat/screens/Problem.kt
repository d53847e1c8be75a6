package app.onbeat.screens

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import uniffi.onbeat_core.PhoneException

/** Why something was not done, and what mends it. [details] are core's own words, for the help desk. */
data class Problem(
    val word: Word,
    val details: String,
)

/** What to say of a call that failed. */
fun PhoneException.problem(): Problem =
    Problem(
        when (this) {
            is PhoneException.BadLink -> Word.PROBLEM_BAD_LINK
            is PhoneException.Network -> Word.PROBLEM_NETWORK
            is PhoneException.Refused -> Word.PROBLEM_REFUSED
            is PhoneException.Untrusted -> Word.PROBLEM_UNTRUSTED
            is PhoneException.StorageFull -> Word.PROBLEM_STORAGE_FULL
            is PhoneException.Wiped -> Word.PROBLEM_WIPED
            is PhoneException.NoReference -> Word.PROBLEM_NO_REFERENCE
            is PhoneException.WrongKey -> Word.PROBLEM_WRONG_KEY
            is PhoneException.NewerVersion -> Word.PROBLEM_NEWER_VERSION
            is PhoneException.Sign -> Word.PROBLEM_LOCKED
            else -> Word.PROBLEM_OTHER
        },
        message.orEmpty(),
    )

/** Nothing can be shown but why, and the way on. */
@Composable
fun Stopped(
    problem: Problem,
    words: Word,
    goOn: () -> Unit,
) {
    Screen(say(Word.SORRY)) {
        ProblemSaid(problem)
        MainButton(say(words), act = goOn)
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

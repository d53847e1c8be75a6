package app.onbeat.screens

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable

/** The phone lost the key of its records: the desk's code brings it back. */
@Composable
fun RecoverScreen(
    isBusy: Boolean,
    problem: Problem?,
    recover: (String) -> Unit,
    scan: (() -> Unit)?,
) {
    Screen(say(Word.RECOVER)) {
        Text(say(Word.RECOVER_WHAT), style = MaterialTheme.typography.bodyLarge)
        Text(say(Word.RECOVER_HOW), style = MaterialTheme.typography.bodyLarge)
        LinkForm(Word.RECOVER_NOW, isBusy, problem, recover, scan)
        Soft(say(Word.RECOVER_THEN))
    }
}

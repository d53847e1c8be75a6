package app.onbeat.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier

/** One thing that the rep may allow: what it is for, and what works without. */
@Composable
fun PermissionScreen(
    permission: Permission,
    ask: () -> Unit,
    notNow: () -> Unit,
) {
    Screen(say(permission.kind.title)) {
        Text(say(permission.kind.why), style = MaterialTheme.typography.bodyLarge)
        Panel(say(Word.WITHOUT_IT)) {
            Text(say(permission.kind.without), style = MaterialTheme.typography.bodyMedium)
        }
        if (permission.state != PermissionState.MISSING) Soft(say(permission.state.word))
        if (permission.state != PermissionState.ALLOWED) {
            MainButton(say(Word.ALLOW), act = ask)
            QuietButton(say(Word.NOT_NOW), Modifier.fillMaxWidth(), act = notNow)
        } else {
            QuietButton(say(Word.BACK), Modifier.fillMaxWidth(), act = notNow)
        }
        Soft(say(Word.CHANGE_IN_SETTINGS))
    }
}

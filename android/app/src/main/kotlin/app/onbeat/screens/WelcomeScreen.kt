package app.onbeat.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier

/** The first launch: what Onbeat keeps and what not. Before [agree] nothing is asked for, made or sent. */
@Composable
fun WelcomeScreen(
    agree: () -> Unit,
    notNow: () -> Unit,
) {
    Screen(say(Word.WELCOME)) {
        Text(say(Word.WELCOME_WHAT), style = MaterialTheme.typography.bodyLarge)
        Promise(Word.KEEPS, Word.KEEPS_WHAT)
        Promise(Word.NEVER_KEEPS, Word.NEVER_KEEPS_WHAT)
        Promise(Word.YOURS, Word.YOURS_WHAT)
        MainButton(say(Word.AGREE), act = agree)
        QuietButton(say(Word.NOT_NOW), Modifier.fillMaxWidth(), act = notNow)
        Soft(say(Word.NOT_NOW_WHAT))
    }
}

@Composable
private fun Promise(
    title: Word,
    words: Word,
) {
    Panel(say(title)) { Text(say(words), style = MaterialTheme.typography.bodyMedium) }
}

package app.onbeat.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp

/** A screen: its parts below each other, scrolled where they don't fit. */
@Composable
fun Screen(
    title: String,
    back: (() -> Unit)? = null,
    content: @Composable ColumnScope.() -> Unit,
) {
    Column(
        Modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(horizontal = 16.dp, vertical = 12.dp),
        verticalArrangement = Arrangement.spacedBy(12.dp),
    ) {
        if (back != null) TextButton(back) { Text("‹ " + say(Word.BACK)) }
        Text(title, Modifier.semantics { heading() }, style = MaterialTheme.typography.headlineSmall)
        content()
    }
}

/** Things that belong together. */
@Composable
fun Panel(
    title: String? = null,
    colour: Color = MaterialTheme.colorScheme.surface,
    content: @Composable ColumnScope.() -> Unit,
) {
    Surface(Modifier.fillMaxWidth(), shape = RoundedCornerShape(12.dp), color = colour) {
        Column(Modifier.padding(16.dp), verticalArrangement = Arrangement.spacedBy(8.dp)) {
            if (title != null) {
                Text(title, Modifier.semantics { heading() }, style = MaterialTheme.typography.titleMedium)
            }
            content()
        }
    }
}

/** The one thing to do. */
@Composable
fun MainButton(
    words: String,
    isEnabled: Boolean = true,
    isBusy: Boolean = false,
    act: () -> Unit,
) {
    val modifier = Modifier.fillMaxWidth().heightIn(min = 56.dp).underWay(isBusy)
    Button(act, modifier, isEnabled && !isBusy, shape = RoundedCornerShape(12.dp)) {
        if (isBusy) UnderWaySign()
        Text(words, style = MaterialTheme.typography.titleMedium, textAlign = TextAlign.Center)
    }
}

/** What may be done besides. */
@Composable
fun QuietButton(
    words: String,
    modifier: Modifier = Modifier,
    isBusy: Boolean = false,
    act: () -> Unit,
) {
    OutlinedButton(act, modifier.heightIn(min = 48.dp).underWay(isBusy), !isBusy, shape = RoundedCornerShape(12.dp)) {
        if (isBusy) UnderWaySign()
        Text(words, textAlign = TextAlign.Center)
    }
}

/** Several of these side by side, as many as fit. */
@OptIn(ExperimentalLayoutApi::class)
@Composable
fun SideBySide(content: @Composable () -> Unit) {
    FlowRow(
        horizontalArrangement = Arrangement.spacedBy(8.dp),
        verticalArrangement = Arrangement.spacedBy(8.dp),
    ) { content() }
}

@Composable
fun Soft(words: String) {
    Text(words, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
}

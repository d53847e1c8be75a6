package app.onbeat.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.semantics

/** Something that is so, and its name. */
data class Fact(
    val name: String,
    val value: String,
)

/** Below each other: at a large type neither is cut. */
@Composable
fun Told(fact: Fact) {
    Column(Modifier.fillMaxWidth().semantics(mergeDescendants = true) {}) {
        Soft(fact.name)
        Text(fact.value, style = MaterialTheme.typography.bodyLarge)
    }
}

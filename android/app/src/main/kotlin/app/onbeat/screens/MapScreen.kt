package app.onbeat.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.FilledTonalIconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import app.onbeat.phone.Act
import uniffi.onbeat_core.MapView

/** The district with its no-go places, the rep's customers, and himself; a tap on a customer leads to him. */
@Composable
fun MapScreen(
    map: MapView,
    finish: (Act) -> Unit,
    ways: Ways,
    back: () -> Unit,
) {
    var chosen by rememberSaveable { mutableStateOf<String?>(null) }
    BoxWithConstraints(Modifier.fillMaxSize().padding(horizontal = 16.dp, vertical = 12.dp)) {
        // The map takes what the words leave, and at a large type at least half.
        val words = Modifier.heightIn(max = maxHeight / 2)
        Column(verticalArrangement = Arrangement.spacedBy(12.dp)) {
            Row(Modifier.fillMaxWidth(), Arrangement.SpaceBetween, Alignment.CenterVertically) {
                TextButton(back) { Text("‹ " + say(Word.BACK)) }
                Text(
                    say(Word.MAP),
                    Modifier.padding(horizontal = 12.dp).semantics { heading() },
                    style = MaterialTheme.typography.titleLarge,
                )
            }
            Zoomed(map, chosen, Modifier.weight(1f)) { chosen = it }
            Column(words.verticalScroll(rememberScrollState()), Arrangement.spacedBy(12.dp)) {
                val customer = map.customers.find { it.near.customer.id == chosen }
                if (customer == null) {
                    Soft(say(Word.MAP_HOW))
                    Legend()
                } else {
                    CustomerPanel(customer.near, ways, finish)
                }
            }
        }
    }
}

/** The sketch, and buttons for who can't pinch. */
@Composable
private fun Zoomed(
    map: MapView,
    chosen: String?,
    modifier: Modifier,
    choose: (String?) -> Unit,
) {
    var sight by remember { mutableStateOf(Sight()) }
    Box(modifier.clip(RoundedCornerShape(12.dp))) {
        MapSketch(map, chosen, sight, { sight = it }, { choose(it?.near?.customer?.id) }, Modifier.fillMaxSize())
        Column(Modifier.align(Alignment.BottomEnd).padding(8.dp)) {
            Zoom("+", say(Word.MAP_CLOSER)) { sight = sight.nearer(2f) }
            Zoom("−", say(Word.MAP_FARTHER)) { sight = sight.nearer(0.5f) }
        }
    }
}

@Composable
private fun Zoom(
    sign: String,
    words: String,
    act: () -> Unit,
) {
    FilledTonalIconButton(act, Modifier.semantics { contentDescription = words }) { Text(sign) }
}

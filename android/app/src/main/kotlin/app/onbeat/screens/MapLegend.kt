package app.onbeat.screens

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.size
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.unit.dp
import uniffi.onbeat_core.MapView

/** What the marks of the map mean. */
@Composable
fun Legend() {
    val colours = MapColours(MaterialTheme.colorScheme, LocalDayColours.current)
    SideBySide {
        Mark(Word.MAP_DISTRICT) { plain(colours) }
        Mark(Word.MAP_NO_GO) { hatched(colours) }
        Mark(Word.MAP_VISITED) { dot(center, isFilled = true, colours) }
        Mark(Word.MAP_TO_VISIT) { dot(center, isFilled = false, colours) }
        Mark(Word.MAP_YOU) { self(center, colours) }
    }
}

@Composable
private fun Mark(
    word: Word,
    draw: DrawScope.() -> Unit,
) {
    Row(horizontalArrangement = Arrangement.spacedBy(6.dp), verticalAlignment = Alignment.CenterVertically) {
        Canvas(Modifier.size(20.dp), draw)
        Soft(say(word))
    }
}

/** The map for who does not see it. */
@Composable
fun mapInWords(map: MapView): String {
    val words = LocalWords.current
    val seen = map.here?.seen
    val nearest = map.customers.firstOrNull { it.near.distanceMm != null }?.near
    return listOfNotNull(
        words.say(Word.MAP_SAID, map.customers.size, map.customers.count { it.visited }),
        nearest?.let { words.say(Word.MAP_NEAREST, it.customer.name, words.distance(it.distanceMm ?: 0)) },
        if (seen == null) words.say(Word.MAP_NOT_HERE) else words.say(Word.MAP_HERE, timeOf(seen.atMs, map.zone)),
    ).joinToString(" ")
}

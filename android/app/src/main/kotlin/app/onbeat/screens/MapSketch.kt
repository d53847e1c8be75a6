package app.onbeat.screens

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.gestures.detectTapGestures
import androidx.compose.foundation.gestures.detectTransformGestures
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clipToBounds
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.input.pointer.pointerInput
import androidx.compose.ui.semantics.CustomAccessibilityAction
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.customActions
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.toSize
import uniffi.onbeat_core.MapCustomer
import uniffi.onbeat_core.MapView

/** A finger hits what lies so near to it. */
private val REACH = 28.dp

/** The map itself: dragged, pinched and tapped. Read aloud it says what it shows, and offers each customer. */
@Composable
fun MapSketch(
    map: MapView,
    chosen: String?,
    sight: Sight,
    look: (Sight) -> Unit,
    choose: (MapCustomer?) -> Unit,
    modifier: Modifier = Modifier,
) {
    val colours = MapColours(MaterialTheme.colorScheme, LocalDayColours.current)
    val words = mapInWords(map)
    val now by rememberUpdatedState(sight)
    val shown by rememberUpdatedState(map)
    val gestures =
        Modifier
            .pointerInput(Unit) {
                detectTransformGestures { at, by, zoom, _ ->
                    val area = size.toSize()
                    val middle = Offset(area.width / 2, area.height / 2)
                    look(now.dragged(by).zoomed(zoom, at, middle).within(area))
                }
            }.pointerInput(Unit) {
                detectTapGestures { at ->
                    if (shown.isEmpty) return@detectTapGestures
                    val sheet = MapSheet(shown, size.toSize(), now)
                    val nearest = shown.customers.minByOrNull { (sheet.at(it.at) - at).getDistance() }
                    choose(nearest?.takeIf { (sheet.at(it.at) - at).getDistance() <= REACH.toPx() })
                }
            }
    val actions =
        map.customers.map { customer ->
            CustomAccessibilityAction(customer.near.customer.name) {
                choose(customer)
                true
            }
        }
    Canvas(
        modifier.clipToBounds().then(gestures).semantics {
            contentDescription = words
            customActions = actions
        },
    ) {
        drawRect(colours.ground)
        if (map.isEmpty) return@Canvas
        val sheet = MapSheet(map, size, sight)
        map.areas.forEach { area(it, sheet, colours) }
        map.here?.let { here ->
            val at = sheet.at(here.at)
            here.seen.accuracyMm?.let { drawCircle(colours.here.copy(alpha = 0.2f), sheet.px(it), at) }
            self(at, colours)
        }
        map.customers.forEach {
            val at = sheet.at(it.at)
            dot(at, it.visited, colours)
            if (it.near.customer.id == chosen) drawCircle(colours.here, 12.dp.toPx(), at, style = Stroke(3.dp.toPx()))
        }
    }
}

package app.onbeat.screens

import androidx.compose.material3.ColorScheme
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.graphics.drawscope.clipPath
import androidx.compose.ui.unit.dp
import uniffi.onbeat_core.MapArea
import uniffi.onbeat_core.MapKind

/** What the map is drawn with: the theme's own colours, so that it is calm by day and by night. */
class MapColours(
    scheme: ColorScheme,
    day: DayColours,
) {
    val ground = day.ahead
    val district = scheme.surface
    val edge = scheme.outline
    val noGo = scheme.error
    val customer = scheme.onSurface
    val visited = day.inside
    val here = scheme.primary
}

fun DrawScope.area(
    area: MapArea,
    sheet: MapSheet,
    colours: MapColours,
) {
    val path = sheet.path(area)
    if (area.kind == MapKind.DISTRICT) may(path, colours) else mayNot(path, colours)
}

/** Where the rep may be. */
private fun DrawScope.may(
    path: Path,
    colours: MapColours,
) {
    drawPath(path, colours.district)
    drawPath(path, colours.edge, style = Stroke(2.dp.toPx()))
}

/** Hatched: seen without colours too. */
private fun DrawScope.mayNot(
    path: Path,
    colours: MapColours,
) {
    val (line, step) = 1.dp.toPx() to 6.dp.toPx()
    drawPath(path, colours.noGo.copy(alpha = 0.12f))
    clipPath(path) {
        // Only what is on the canvas: zoomed in, a place may be far larger.
        val over = path.getBounds().intersect(Rect(Offset.Zero, size))
        var x = over.left - over.height
        while (x < over.right) {
            val end = Offset(x + over.height, over.top)
            drawLine(colours.noGo.copy(alpha = 0.5f), Offset(x, over.bottom), end, line)
            x += step
        }
    }
    drawPath(path, colours.noGo.copy(alpha = 0.7f), style = Stroke(line))
}

/** A customer, filled where he was visited today. */
fun DrawScope.dot(
    at: Offset,
    isFilled: Boolean,
    colours: MapColours,
) {
    val radius = 6.dp.toPx()
    drawCircle(if (isFilled) colours.visited else colours.district, radius, at)
    drawCircle(if (isFilled) colours.visited else colours.customer, radius, at, style = Stroke(2.dp.toPx()))
}

/** The rep. */
fun DrawScope.self(
    at: Offset,
    colours: MapColours,
) {
    drawCircle(colours.district, 9.dp.toPx(), at)
    drawCircle(colours.here, 7.dp.toPx(), at)
}

/** As marks of the legend. */
fun DrawScope.plain(colours: MapColours) = may(square(), colours)

fun DrawScope.hatched(colours: MapColours) = mayNot(square(), colours)

private fun DrawScope.square() =
    Path().apply {
        val edge = 2.dp.toPx()
        addRect(Rect(Offset(edge, edge), Size(size.width - 2 * edge, size.height - 2 * edge)))
    }

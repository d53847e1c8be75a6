package app.onbeat.screens

import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.PathFillType
import uniffi.onbeat_core.MapArea
import uniffi.onbeat_core.MapPoint
import uniffi.onbeat_core.MapView
import kotlin.math.min

/** The farthest that is zoomed in: 64 times as near as the whole district. */
private const val ZOOM_MAX = 64f

/** How the rep looks at the map: [zoom] times as near as where all of it fits, moved by so many pixels. */
data class Sight(
    val zoom: Float = 1f,
    val moved: Offset = Offset.Zero,
) {
    /** Nearer or farther, so that what lies under [at] stays there; [middle] is the canvas' own. */
    fun zoomed(
        by: Float,
        at: Offset,
        middle: Offset,
    ): Sight {
        val to = (zoom * by).coerceIn(1f, ZOOM_MAX)
        val from = at - middle
        return Sight(to, from - (from - moved) * (to / zoom))
    }

    /** Around the middle of the canvas. */
    fun nearer(by: Float) = zoomed(by, Offset.Zero, Offset.Zero)

    fun dragged(by: Offset) = copy(moved = moved + by)

    /** The middle of the canvas always shows some of the ground. */
    fun within(size: Size): Sight {
        val (x, y) = size.width * zoom / 2 to size.height * zoom / 2
        return copy(moved = Offset(moved.x.coerceIn(-x, x), moved.y.coerceIn(-y, y)))
    }
}

/** Nothing is known yet of where the rep may be, nor of a customer. */
val MapView.isEmpty: Boolean
    get() = widthMm <= 0 || heightMm <= 0

/** Where things of some ground lie on a canvas: as large as fits, in the middle, and nearer as the rep looks. */
class MapSheet(
    private val widthMm: Long,
    private val heightMm: Long,
    size: Size,
    sight: Sight = Sight(),
) {
    constructor(map: MapView, size: Size, sight: Sight) : this(map.widthMm, map.heightMm, size, sight)

    /** Pixels a millimetre. */
    private val scale = min(size.width / widthMm, size.height / heightMm) * sight.zoom
    private val middle = Offset(size.width / 2, size.height / 2) + sight.moved

    fun at(point: MapPoint) =
        Offset(
            middle.x + (point.xMm - widthMm / 2) * scale,
            middle.y + (point.yMm - heightMm / 2) * scale,
        )

    fun px(millimetres: Long) = millimetres * scale

    /** With its holes. */
    fun path(area: MapArea) =
        Path().apply {
            fillType = PathFillType.EvenOdd
            area.rings.forEach { ring ->
                ring.forEachIndexed { n, point ->
                    val (x, y) = at(point)
                    if (n == 0) moveTo(x, y) else lineTo(x, y)
                }
                close()
            }
        }
}

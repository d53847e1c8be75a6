package app.onbeat.screens

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import uniffi.onbeat_core.PlaceVerdict
import uniffi.onbeat_core.Sketch
import uniffi.onbeat_core.SketchFix

/** The fixes that made a finding as dots with the circles they were judged by, and the place it is about. */
@Composable
fun FixSketch(sketch: Sketch) {
    val colours = LocalDayColours.current
    val words = say(Word.FIXES_SHOWN, sketch.fixes.size)
    Canvas(Modifier.fillMaxWidth().height(200.dp).semantics { contentDescription = words }) {
        val sheet = MapSheet(sketch.widthMm, sketch.heightMm, size)
        sketch.place?.let { drawCircle(colours.excused, sheet.px(it.radiusMm), sheet.at(it.at)) }
        sketch.fixes.forEach { drawFix(it, sheet, colours.of(it.place)) }
    }
}

private fun DrawScope.drawFix(
    fix: SketchFix,
    sheet: MapSheet,
    colour: Color,
) {
    val at = sheet.at(fix.at)
    fix.radiusMm?.let { drawCircle(colour.copy(alpha = 0.4f), sheet.px(it), at, style = Stroke(1.dp.toPx())) }
    drawCircle(colour, (if (fix.decides) 4.dp else 2.5.dp).toPx(), at)
}

private fun DayColours.of(place: PlaceVerdict) =
    when (place) {
        PlaceVerdict.INSIDE -> inside
        PlaceVerdict.EDGE -> edge
        PlaceVerdict.OUTSIDE -> outside
        PlaceVerdict.UNUSABLE -> unknown
    }

package app.onbeat.screens

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import uniffi.onbeat_core.Explanation
import uniffi.onbeat_core.FixExplained
import uniffi.onbeat_core.PlaceVerdict
import kotlin.math.cos
import kotlin.math.max

private const val METRES_A_DEGREE = 111_320.0

/** The fixes that made a finding as dots with the circles they were judged by, and the place it is about. */
@Composable
fun FixSketch(explanation: Explanation) {
    val colours = LocalDayColours.current
    val words = say(Word.FIXES_SHOWN, explanation.fixes.size)
    Canvas(Modifier.fillMaxWidth().height(200.dp).semantics { contentDescription = words }) {
        val sheet = Sheet(explanation, size.width, size.height)
        explanation.place?.let { drawCircle(colours.excused, sheet.px(it.radiusMm), sheet.at(it.latE9, it.lonE9)) }
        explanation.fixes.forEach { fix -> drawFix(fix, sheet, colours.of(fix.verdict.place)) }
    }
}

private fun DrawScope.drawFix(
    fix: FixExplained,
    sheet: Sheet,
    colour: Color,
) {
    val at = sheet.at(fix.fix.latE9, fix.fix.lonE9)
    fix.verdict.radiusMm?.let { drawCircle(colour.copy(alpha = 0.4f), sheet.px(it), at, style = Stroke(1.dp.toPx())) }
    drawCircle(colour, (if (fix.decides) 4.dp else 2.5.dp).toPx(), at)
}

private fun DayColours.of(place: PlaceVerdict) =
    when (place) {
        PlaceVerdict.INSIDE -> inside
        PlaceVerdict.EDGE -> edge
        PlaceVerdict.OUTSIDE -> outside
        PlaceVerdict.UNUSABLE -> unknown
    }

/** A plane around the fixes, north up, wide enough for their circles: true to a pixel at the size of a day. */
private class Sheet(
    explanation: Explanation,
    private val width: Float,
    private val height: Float,
) {
    private val fixes = explanation.fixes.map { it.fix }
    private val latE9 = (fixes.minOf { it.latE9 } + fixes.maxOf { it.latE9 }) / 2
    private val lonE9 = (fixes.minOf { it.lonE9 } + fixes.maxOf { it.lonE9 }) / 2
    private val metresEast = METRES_A_DEGREE * cos(Math.toRadians(latE9 / 1e9))
    private val scale: Double

    init {
        val marginM = 2 * (explanation.fixes.mapNotNull { it.verdict.radiusMm }.maxOrNull() ?: 0) / 1000.0 + 50
        val eastM = (fixes.maxOf { it.lonE9 } - fixes.minOf { it.lonE9 }) / 1e9 * metresEast + marginM
        val northM = (fixes.maxOf { it.latE9 } - fixes.minOf { it.latE9 }) / 1e9 * METRES_A_DEGREE + marginM
        scale = 1 / max(eastM / width, northM / height)
    }

    fun at(
        latE9: Long,
        lonE9: Long,
    ) = Offset(
        (width / 2 + (lonE9 - this.lonE9) / 1e9 * metresEast * scale).toFloat(),
        (height / 2 - (latE9 - this.latE9) / 1e9 * METRES_A_DEGREE * scale).toFloat(),
    )

    fun px(millimetres: Long) = (millimetres / 1000.0 * scale).toFloat()
}

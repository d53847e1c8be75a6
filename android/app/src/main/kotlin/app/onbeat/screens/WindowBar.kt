package app.onbeat.screens

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.CornerRadius
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.RoundRect
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.drawscope.clipPath
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import uniffi.onbeat_core.DayCounts
import uniffi.onbeat_core.Interval
import uniffi.onbeat_core.Span
import uniffi.onbeat_core.SpanStatus

/** The window as a bar: what is known of each stretch of it, up to [nowMs]. Read aloud it says the same in words. */
@Composable
fun WindowBar(
    window: Interval,
    spans: List<Span>,
    counts: DayCounts,
    nowMs: Long,
    zone: String,
) {
    val colours = LocalDayColours.current
    val mark = MaterialTheme.colorScheme.onSurface
    val words = counted(counts)
    Column(verticalArrangement = Arrangement.spacedBy(4.dp)) {
        Canvas(Modifier.fillMaxWidth().height(24.dp).semantics { contentDescription = words }) {
            val scale = size.width / (window.toMs - window.fromMs)

            fun x(atMs: Long) = (atMs - window.fromMs).coerceIn(0, window.toMs - window.fromMs) * scale

            fun stretch(
                fromMs: Long,
                toMs: Long,
                colour: Color,
            ) = drawRect(colour, Offset(x(fromMs), 0f), Size(x(toMs) - x(fromMs), size.height))
            val frame = RoundRect(0f, 0f, size.width, size.height, CornerRadius(6.dp.toPx()))
            clipPath(Path().apply { addRoundRect(frame) }) {
                stretch(window.fromMs, window.toMs, colours.ahead)
                spans.forEach { stretch(it.fromMs, it.toMs, colours.of(it)) }
                if (nowMs in window.fromMs..<window.toMs) {
                    drawRect(mark, Offset(x(nowMs) - 1.dp.toPx(), 0f), Size(2.dp.toPx(), size.height))
                }
            }
        }
        Row(Modifier.fillMaxWidth(), Arrangement.SpaceBetween) {
            Text(timeOf(window.fromMs, zone), style = MaterialTheme.typography.labelMedium)
            Text(timeOf(window.toMs, zone), style = MaterialTheme.typography.labelMedium)
        }
        Soft(words)
    }
}

private fun DayColours.of(span: Span) =
    when {
        span.excusedBy != null -> excused
        span.status == SpanStatus.INSIDE -> inside
        span.status == SpanStatus.EDGE -> edge
        span.status == SpanStatus.OUTSIDE -> outside
        else -> unknown
    }

/** Minutes of each status, those without any left out. */
@Composable
private fun counted(counts: DayCounts): String {
    val words = LocalWords.current
    val parts =
        listOf(
            Word.BAR_INSIDE to counts.insideS,
            Word.BAR_EDGE to counts.edgeS,
            Word.BAR_EXCUSED to counts.excusedS,
            Word.BAR_UNKNOWN to counts.unknownS,
            Word.BAR_OUTSIDE to counts.outsideS,
        )
    val told = parts.filter { (_, seconds) -> seconds >= 30 }
    val said = told.map { (word, seconds) -> words.say(word, words.duration(seconds)) }
    return said.joinToString(words.say(Word.BETWEEN)).ifEmpty { words.say(Word.BAR_NOTHING) }
}

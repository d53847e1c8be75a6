package app.onbeat.screens

import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.staticCompositionLocalOf
import uniffi.onbeat_core.Language
import java.time.Instant
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.util.Locale

/** The words of the app: `res/values/strings.xml` in English, `res/values-zh` in Chinese, by the names in [Word]. */
interface Words {
    /** In which language core says its sentences. */
    val language: Language

    /** The words, their blanks filled. */
    fun say(
        word: Word,
        vararg values: Any,
    ): String
}

val LocalWords = staticCompositionLocalOf<Words> { error("the shell provides the words") }

@Composable
@ReadOnlyComposable
fun say(
    word: Word,
    vararg values: Any,
): String = LocalWords.current.say(word, *values)

/** The local time of day. */
fun timeOf(
    atMs: Long,
    zone: String,
): String = Instant.ofEpochMilli(atMs).atZone(ZoneId.of(zone)).format(DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT))

/** The local day and time, for what may be days ago. */
fun dateTimeOf(
    atMs: Long,
    zone: String,
): String =
    Instant
        .ofEpochMilli(
            atMs,
        ).atZone(ZoneId.of(zone))
        .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT))

/** Whole metres, from 10 km on kilometres with a tenth; the side of an edge is said beside it. */
fun Words.distance(millimetres: Long): String {
    val metres = Math.round(Math.abs(millimetres) / 1000.0)
    return if (metres < 10_000) say(Word.METRES, metres) else say(Word.KILOMETRES, metres / 1000.0)
}

/** Minutes, and hours where there are. */
fun Words.duration(seconds: Long): String {
    val minutes = (seconds + 30) / 60
    return if (minutes < 60) say(Word.MINUTES, minutes) else say(Word.HOURS, minutes / 60, minutes % 60)
}

package app.onbeat.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.ImageComposeScene
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.platform.Typeface
import androidx.compose.ui.unit.Density
import androidx.compose.ui.use
import app.onbeat.phone.Act
import org.jetbrains.skia.Bitmap
import org.jetbrains.skia.EncodedImageFormat
import org.jetbrains.skia.FontMgr
import org.jetbrains.skia.Image
import uniffi.onbeat_core.Language
import uniffi.onbeat_core.VisitShown
import java.io.File
import kotlin.math.abs
import kotlin.test.Test
import kotlin.test.assertTrue

/** Of how many pixels a picture may differ: edges of letters, by another renderer's rounding. */
private const val DIFFERING_MAX = 0.005

/** By how much a channel of a pixel may differ and still count as equal. */
private const val CHANNEL_MAX = 24

/** Every screen in both languages, light and dark, type scale 1 and 2, against the pictures in `test/pictures`. */
class PicturesTest {
    private val screens: Map<String, @Composable () -> Unit> =
        mapOf(
            "welcome" to { WelcomeScreen({}, {}) },
            "enrol" to { EnrolScreen(false, Problem(Word.PROBLEM_NETWORK, ""), {}, {}) },
            "recover" to { RecoverScreen(false, null, {}, {}) },
            "place" to { PlaceScreen(Samples.notice, {}, {}) },
            "place-own" to { PlaceScreen(null, {}, {}) },
            "today-replaced" to { TodayScreen(Samples.replaced, {}, {}, {}, {}) },
            "today-sent" to { TodayScreen(Samples.sent, {}, {}, {}, {}) },
            "today-refused" to { TodayScreen(Samples.refused, {}, {}, {}, {}) },
            "today-rough" to {
                TodayScreen(Samples.morning, {}, {}, {}, {}, Samples.permissions.first())
            },
            "map" to { MapScreen(Samples.map, {}, Ways({}, {}), {}) },
            "permission" to { PermissionScreen(Samples.permissions[2], {}, {}) },
            "settings" to { SettingsScreen(Samples.settings, {}, Samples.about, {}, {}, {}) },
            "kept" to { KeptScreen {} },
            "diagnosis" to { DiagnosisScreen(Samples.checkup, BatteryRules("Xiaomi") {}, {}, {}) },
            "not-done" to {
                Column {
                    NotDone(Problem(Word.PROBLEM_STORAGE_FULL, "")) {}
                    CustomersScreen(Samples.customers, "", {}, {}, Ways({}, {}), {})
                }
            },
            "released" to { ReleasedScreen {} },
            "stopped" to { Stopped(Problem(Word.PROBLEM_NETWORK, "no route"), null, Samples.ZONE, {}, {}) },
            "stopped-waiting" to {
                Stopped(Problem(Word.PROBLEM_NO_REFERENCE, ""), Samples.at("07:41"), Samples.ZONE, {}, {})
            },
            "today-sign-in" to { TodayScreen(Samples.signIn, {}, {}, {}, {}) },
            "today-under-way" to {
                CompositionLocalProvider(LocalUnderWay provides setOf(Act.SignIn)) {
                    TodayScreen(Samples.signIn, {}, {}, {}, {})
                }
            },
            "today-morning" to { TodayScreen(Samples.morning, {}, {}, {}, {}) },
            "today-ended" to { TodayScreen(Samples.ended, {}, {}, {}, {}) },
            "today-leaving" to { TodayScreen(Samples.leaving, {}, {}, {}, {}) },
            "today-reason" to { TodayScreen(Samples.excused, {}, {}, {}, {}) },
            "today-evening" to { TodayScreen(Samples.evening, {}, {}, {}, {}) },
            "visit" to { VisitScreen(VisitShown(Samples.open, Samples.report, Samples.ZONE), {}, {}, {}, {}) },
            "customers" to { CustomersScreen(Samples.customers, "", {}, {}, Ways({}, {}), {}) },
            "records" to { RecordsScreen(Samples.records, {}, {}, {}) },
            "finding" to { FindingScreen(Samples.explained, sentences(LocalWords.current.language), {}, {}, {}) },
        )

    @Test
    fun `every screen looks as approved`() {
        val wrong = screens.flatMap { (name, screen) -> Looks.all.mapNotNull { differs(name, it, screen) } }
        assertTrue(wrong.isEmpty(), wrong.joinToString("\n", "look at them, then renew with ONBEAT_RENEW=1:\n"))
    }

    /** What is wrong with a picture. */
    private fun differs(
        name: String,
        looks: Looks,
        screen: @Composable () -> Unit,
    ): String? {
        val file = "$name-${looks.name}.png"
        val bytes = checkNotNull(rendered(name, looks, screen).encodeToData(EncodedImageFormat.PNG)).bytes
        File(System.getProperty("onbeat.pictures")).apply { mkdirs() }.resolve(file).writeBytes(bytes)
        val approved = File(System.getProperty("onbeat.app"), "test/pictures/$file")
        if (System.getenv("ONBEAT_RENEW") != null) approved.apply { parentFile.mkdirs() }.writeBytes(bytes)
        if (!approved.exists()) return "$file: no approved picture"
        val share = differing(Image.makeFromEncoded(approved.readBytes()), Image.makeFromEncoded(bytes))
        return "$file: %.2f %% of its pixels differ".format(share * 100).takeIf { share > DIFFERING_MAX }
    }

    /** As high as all that is on it, to which a phone scrolls. The map takes what height there is. */
    private fun rendered(
        name: String,
        looks: Looks,
        screen: @Composable () -> Unit,
    ): Image {
        val phone = if (looks.typeScale > 1) 1_500 else 900
        val heights = generateSequence(phone) { it + 600 }.take(HEIGHTS)
        return heights.map { rendered(looks, screen, it) }.first { name == "map" || isWhole(it) }
    }

    private fun rendered(
        looks: Looks,
        screen: @Composable () -> Unit,
        height: Int,
    ): Image {
        val scene =
            ImageComposeScene(360, height, Density(1f, looks.typeScale)) {
                CompositionLocalProvider(LocalWords provides looks.words) {
                    OnbeatTheme(looks.isDark, FONT, screen)
                }
            }
        return scene.use { it.render() }
    }

    /** Nothing stands at its lower end. */
    private fun isWhole(image: Image): Boolean {
        val pixels = pixels(image)
        val end = pixels.size - END_ROWS * image.width * 4
        return (end..<pixels.size).all { pixels[it] == pixels[it % 4] }
    }

    private fun differing(
        wanted: Image,
        got: Image,
    ): Double {
        if (wanted.width != got.width || wanted.height != got.height) return 1.0
        val (a, b) = pixels(wanted) to pixels(got)
        val differ =
            a.indices.step(4).count { at ->
                (at..<at + 4).any {
                    abs((a[it] - b[it]).toByte().toInt()) >
                        CHANNEL_MAX
                }
            }
        return differ * 4.0 / a.size
    }

    private fun pixels(image: Image) = checkNotNull(Bitmap.makeFromImage(image).readPixels())

    /** How core explains it; the test of the words themselves is core's. */
    private fun sentences(language: Language) =
        when (language) {
            Language.EN -> {
                listOf(
                    "From 11:02 to 11:25 (23 min) the positions lay outside the district, the farthest 412 m from its edge.",
                )
            }

            Language.ZH -> {
                listOf("11:02 至 11:25（23 分钟），定位的中心位于责任区外，最远的一个定位离边界 412 米。")
            }
        }

    private companion object {
        /** Of these at least one is enough. */
        const val HEIGHTS = 8

        /** More than there is between two things. */
        const val END_ROWS = 24

        /** Simplified Chinese of the file's five languages. */
        val FONT =
            FontFamily(
                Typeface(
                    checkNotNull(
                        FontMgr.default.makeFromFile("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
                    ),
                ),
            )
    }
}

/** One way to look at a screen. */
private class Looks(
    val words: Words,
    val isDark: Boolean,
    val typeScale: Float,
) {
    val name = "${words.language.name.lowercase()}-${if (isDark) "dark" else "light"}-${typeScale.toInt()}"

    companion object {
        val all =
            Language.entries.map(::XmlWords).flatMap { words ->
                listOf(false, true).flatMap { dark -> listOf(1f, 2f).map { Looks(words, dark, it) } }
            }
    }
}

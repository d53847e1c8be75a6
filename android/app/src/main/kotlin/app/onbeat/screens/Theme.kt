package app.onbeat.screens

import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Typography
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.text.font.FontFamily

/** What is known of a stretch of the day, as colours: the desk's pages have the same. */
@Immutable
data class DayColours(
    val inside: Color,
    val edge: Color,
    val outside: Color,
    val unknown: Color,
    val excused: Color,
    val ahead: Color,
)

val LocalDayColours = staticCompositionLocalOf<DayColours> { error("colours come from OnbeatTheme") }

private val LIGHT =
    lightColorScheme(
        primary = Color(0xFF0B5394),
        onPrimary = Color.White,
        primaryContainer = Color(0xFFD5E6F7),
        onPrimaryContainer = Color(0xFF07294A),
        secondaryContainer = Color(0xFFD5E6F7),
        onSecondaryContainer = Color(0xFF1C1F21),
        background = Color(0xFFF7F7F5),
        onBackground = Color(0xFF1C1F21),
        surface = Color.White,
        onSurface = Color(0xFF1C1F21),
        onSurfaceVariant = Color(0xFF55606A),
        outline = Color(0xFF6B747C),
        outlineVariant = Color(0xFFD9DCDF),
        tertiaryContainer = Color(0xFFFFF4D6),
        onTertiaryContainer = Color(0xFF4A3B0C),
        error = Color(0xFFB3402E),
        errorContainer = Color(0xFFFDE6E1),
        onErrorContainer = Color(0xFF5C1A10),
    )

private val DARK =
    darkColorScheme(
        primary = Color(0xFF8EC5FF),
        onPrimary = Color(0xFF07294A),
        primaryContainer = Color(0xFF1D3B58),
        onPrimaryContainer = Color(0xFFD5E6F7),
        secondaryContainer = Color(0xFF1D3B58),
        onSecondaryContainer = Color(0xFFECEEEF),
        background = Color(0xFF16181A),
        onBackground = Color(0xFFECEEEF),
        surface = Color(0xFF1F2225),
        onSurface = Color(0xFFECEEEF),
        onSurfaceVariant = Color(0xFFAAB4BD),
        outline = Color(0xFF9AA4AD),
        outlineVariant = Color(0xFF3A4046),
        tertiaryContainer = Color(0xFF3A3116),
        onTertiaryContainer = Color(0xFFF0DC9A),
        error = Color(0xFFFF9C8A),
        errorContainer = Color(0xFF45211B),
        onErrorContainer = Color(0xFFFFD9D2),
    )

private val LIGHT_DAY =
    DayColours(
        inside = Color(0xFF5B9A76),
        edge = Color(0xFFE3C565),
        outside = Color(0xFFB3402E),
        unknown = Color(0xFFA9B1B8),
        excused = Color(0xFFB9CDE4),
        ahead = Color(0xFFE8EAEC),
    )

private val DARK_DAY =
    DayColours(
        inside = Color(0xFF4D8C69),
        edge = Color(0xFFB8963A),
        outside = Color(0xFFD9604C),
        unknown = Color(0xFF6B747C),
        excused = Color(0xFF3F5873),
        ahead = Color(0xFF2B3035),
    )

/** Colours and type of all screens. [font] is the system's own but in tests: pictures must not differ by machine. */
@Composable
fun OnbeatTheme(
    dark: Boolean = isSystemInDarkTheme(),
    font: FontFamily = FontFamily.Default,
    content: @Composable () -> Unit,
) {
    CompositionLocalProvider(LocalDayColours provides if (dark) DARK_DAY else LIGHT_DAY) {
        MaterialTheme(if (dark) DARK else LIGHT, typography = typography(font)) {
            Surface(color = MaterialTheme.colorScheme.background, content = content)
        }
    }
}

private fun typography(font: FontFamily) =
    Typography().run {
        copy(
            headlineSmall = headlineSmall.copy(fontFamily = font),
            titleLarge = titleLarge.copy(fontFamily = font),
            titleMedium = titleMedium.copy(fontFamily = font),
            bodyLarge = bodyLarge.copy(fontFamily = font),
            bodyMedium = bodyMedium.copy(fontFamily = font),
            bodySmall = bodySmall.copy(fontFamily = font),
            labelLarge = labelLarge.copy(fontFamily = font),
            labelMedium = labelMedium.copy(fontFamily = font),
        )
    }

package app.onbeat.platform

import android.location.Location
import android.location.LocationManager
import android.os.Build
import app.onbeat.phone.BootClock
import uniffi.onbeat_core.Fix
import uniffi.onbeat_core.Provider
import uniffi.onbeat_core.Reading
import kotlin.math.roundToLong

private const val NANOS_A_MS = 1_000_000L

/**
 * A location as core takes it, stamped now, with its age. [isApproximate]: the app may only see it roughly; [isStill]: the
 * phone lies still.
 */
fun reading(
    location: Location,
    clock: BootClock,
    sinceBootMs: Long,
    isApproximate: Boolean,
    isStill: Boolean = false,
): Reading {
    val ageMs = sinceBootMs - location.elapsedRealtimeNanos / NANOS_A_MS
    return Reading(clock.now(), fix(location, ageMs).copy(approximate = isApproximate, still = isStill))
}

private fun fix(
    location: Location,
    ageMs: Long,
) = Fix(
    latE9 = (location.latitude * 1e9).roundToLong(),
    lonE9 = (location.longitude * 1e9).roundToLong(),
    accuracyMm = if (location.hasAccuracy()) millimetres(location.accuracy) else null,
    ageMs = maxOf(0, ageMs),
    provider = provider(location.provider),
    satellites =
        location.extras
            ?.getInt("satellites", 0)
            ?.takeIf { it > 0 }
            ?.toUInt(),
    speedMmS = if (location.hasSpeed()) millimetres(location.speed) else null,
    simulated = isSimulated(location),
    approximate = false,
    still = false,
)

private fun millimetres(metres: Float) = (metres.toDouble() * 1000).roundToLong()

private fun provider(name: String?) =
    when (name) {
        LocationManager.GPS_PROVIDER -> Provider.GPS
        LocationManager.NETWORK_PROVIDER -> Provider.NETWORK
        "fused" -> Provider.FUSED
        else -> Provider.OTHER
    }

@Suppress("DEPRECATION")
private fun isSimulated(location: Location) =
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) location.isMock else location.isFromMockProvider

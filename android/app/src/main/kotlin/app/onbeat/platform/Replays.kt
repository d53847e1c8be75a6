package app.onbeat.platform

import android.location.Location
import android.location.LocationManager

/**
 * Tells a position that the platform gives again from a new one. To a phone that dozes and lies still it gives the last of
 * the receiver's with the time of now and without a speed
 * (https://android.googlesource.com/platform/frameworks/base/+/refs/heads/main/services/core/java/com/android/server/location/provider/StationaryThrottlingLocationProvider.java).
 * A receiver itself gives no two alike. Cell and Wi-Fi do, also to a phone that moves: theirs are no replays.
 */
class Replays {
    private var last: Location? = null

    fun isOne(location: Location): Boolean {
        if (location.provider != LocationManager.GPS_PROVIDER) return false
        val before = last
        last = location
        return before != null && !location.hasSpeed() && location.isAt(before)
    }

    private fun Location.isAt(other: Location) =
        latitude == other.latitude && longitude == other.longitude && accuracy == other.accuracy
}

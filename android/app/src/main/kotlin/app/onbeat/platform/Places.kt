package app.onbeat.platform

import android.annotation.SuppressLint
import android.content.Context
import android.location.LocationListener
import android.location.LocationManager
import android.location.LocationRequest
import android.os.Build

/** The platform's standing requests for the place, by all that can give one. */
class Places(
    private val context: Context,
    private val listener: LocationListener,
) {
    private val manager = context.getSystemService(Context.LOCATION_SERVICE) as LocationManager
    private val providers: List<String>
        get() = KNOWN.filter { it in manager.allProviders }

    /** Location as a whole is switched off. */
    val areOff: Boolean
        get() = providers.none(manager::isProviderEnabled)

    /** One request in place of the one before; [everyS] is when the next fix is due. */
    @SuppressLint("MissingPermission")
    fun request(everyS: Long) {
        manager.removeUpdates(listener)
        val canBeRough = Build.VERSION.SDK_INT >= Build.VERSION_CODES.S
        // Before Android 12 the receiver's places are refused to an app that may see them roughly alone.
        val gives =
            providers.filter {
                it != LocationManager.GPS_PROVIDER || canBeRough || Permissions(context).seesPlacePrecisely
            }
        gives.forEach { request(it, everyS * 1000) }
    }

    fun drop() = manager.removeUpdates(listener)

    /** Not batched: a fix is judged when it is due. */
    @SuppressLint("MissingPermission")
    private fun request(
        provider: String,
        everyMs: Long,
    ) {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.S) {
            return manager.requestLocationUpdates(provider, everyMs, 0f, listener, context.mainLooper)
        }
        val wanted = LocationRequest.Builder(everyMs).setQuality(LocationRequest.QUALITY_HIGH_ACCURACY).build()
        manager.requestLocationUpdates(provider, wanted, context.mainExecutor, listener)
    }

    private companion object {
        val KNOWN =
            listOf(LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER) +
                listOf(LocationManager.FUSED_PROVIDER).filter { Build.VERSION.SDK_INT >= Build.VERSION_CODES.S }
    }
}

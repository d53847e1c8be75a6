package app.onbeat.platform

import android.content.Context
import android.location.Location
import android.location.LocationManager
import android.os.Build
import android.os.CancellationSignal
import android.os.SystemClock
import app.onbeat.phone.BootClock
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withTimeoutOrNull
import uniffi.onbeat_core.Reading
import kotlin.coroutines.resume

/** An act waits so long for a place; then it is recorded without one, which is held against nobody. */
private const val WAIT_MS = 8_000L

/** The place for one act of the rep's. */
class OnePlace(
    private val context: Context,
    private val clock: BootClock,
) {
    private val places = context.getSystemService(Context.LOCATION_SERVICE) as LocationManager
    private val permissions = Permissions(context)

    suspend fun here(): Reading {
        val location = if (permissions.seesPlace) withTimeoutOrNull(WAIT_MS) { current() } else null
        location ?: return Reading(clock.now(), null)
        return reading(location, clock, SystemClock.elapsedRealtime(), !permissions.seesPlacePrecisely)
    }

    private suspend fun current(): Location? {
        val precise = listOf(LocationManager.GPS_PROVIDER).filter { permissions.seesPlacePrecisely }
        val wanted = precise + LocationManager.NETWORK_PROVIDER
        val provider = wanted.find(places::isProviderEnabled) ?: return null
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) return places.getLastKnownLocation(provider)
        return suspendCancellableCoroutine { waits ->
            val cancels = CancellationSignal()
            waits.invokeOnCancellation { cancels.cancel() }
            places.getCurrentLocation(provider, cancels, context.mainExecutor) { waits.resume(it) }
        }
    }
}

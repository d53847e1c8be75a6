package app.onbeat.platform

import android.app.ForegroundServiceStartNotAllowedException
import android.app.Service
import android.content.Context
import android.content.Intent
import android.content.pm.ServiceInfo
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Build
import android.os.IBinder
import android.os.SystemClock
import android.util.Log
import app.onbeat.phone.Owner
import app.onbeat.phone.Plan
import app.onbeat.phone.plan
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import uniffi.onbeat_core.Cause
import uniffi.onbeat_core.LiveStatus
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Reading

/**
 * Takes fixes while the window is open, at the times that core says, and ends itself when it closes.
 *
 * No handler's timer counts here, since the processor sleeps: the platform's own requests wake it.
 */
class Recorder :
    Service(),
    LocationListener {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    private val owner get() = application as Owner
    private val places get() = getSystemService(Context.LOCATION_SERVICE) as LocationManager
    private var live = LiveStatus.UNKNOWN
    private var everyS = 0L
    private var isOff = false

    override fun onCreate() {
        super.onCreate()
        isRunning = true
    }

    override fun onBind(intent: Intent?): IBinder? = null

    override fun onStartCommand(
        intent: Intent?,
        flags: Int,
        startId: Int,
    ): Int {
        if (comesToFront()) take(Reading(owner.clock.now(), null)) else stopSelf()
        return START_NOT_STICKY
    }

    /** First of all, or the platform ends the process. What it refuses is asked for by a tap. */
    private fun comesToFront(): Boolean {
        val notices = Notices(this)
        try {
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
                startForeground(Notices.RECORDING, notices.recording(), ServiceInfo.FOREGROUND_SERVICE_TYPE_LOCATION)
            } else {
                startForeground(Notices.RECORDING, notices.recording())
            }
            notices.clearToStart()
            return true
        } catch (error: SecurityException) {
            Log.w(TAG, "the service may not see the place", error)
        } catch (error: IllegalStateException) {
            if (Build.VERSION.SDK_INT < Build.VERSION_CODES.S ||
                error !is ForegroundServiceStartNotAllowedException
            ) {
                throw error
            }
            Log.w(TAG, "the service may not start now", error)
        }
        notices.askToStart()
        return false
    }

    override fun onLocationChanged(location: Location) {
        val isApproximate = !Permissions(this).seesPlacePrecisely
        take(reading(location, owner.clock, SystemClock.elapsedRealtime(), isApproximate))
    }

    override fun onProviderDisabled(provider: String) = noteSwitch()

    override fun onProviderEnabled(provider: String) = noteSwitch()

    /** Location as a whole was switched off or on: a fact that explains missing fixes. */
    private fun noteSwitch() {
        val off = places.allProviders.none { it in PROVIDERS && places.isProviderEnabled(it) }
        if (off == isOff) return
        isOff = off
        note(if (off) Cause.LOCATION_OFF else Cause.LOCATION_ON)
    }

    private fun note(cause: Cause) {
        scope.launch { tried { owner.holder.call { it.cause(owner.clock.now(), cause) } } }
    }

    private fun take(reading: Reading) {
        scope.launch {
            tried {
                val outcome = owner.holder.call { it.onFix(reading) }
                follow(plan(outcome, live))
                live = outcome.live
            }
        }
    }

    private fun follow(plan: Plan) {
        if (plan.tells) Notices(this).tellLeaving()
        if (plan.ends) {
            Opening.schedule(this, plan.nextS)
            stopSelf()
        } else {
            Opening.watch(this, plan.nextS)
            if (plan.nextS != everyS) request(plan.nextS)
        }
    }

    /** A standing request in place of the one before. */
    private fun request(everyS: Long) {
        if (!Permissions(this).seesPlace) {
            note(Cause.PERMISSION_OFF)
            return stopSelf()
        }
        this.everyS = everyS
        places.removeUpdates(this)
        val provider = PROVIDERS.filter { it in places.allProviders }
        provider.forEach { places.requestLocationUpdates(it, everyS * 1000, 0f, this, mainLooper) }
    }

    /** A call that core refuses, as on a full disk, is no reason to end: the next fix tries again. */
    private suspend fun tried(work: suspend () -> Unit) {
        try {
            work()
        } catch (error: PhoneException) {
            Log.w(TAG, "not recorded", error)
            when {
                error is PhoneException.NotEnrolled || error is PhoneException.Wiped -> stopSelf()
                everyS == 0L -> request(AGAIN_S)
            }
        }
    }

    override fun onDestroy() {
        isRunning = false
        places.removeUpdates(this)
        scope.cancel()
    }

    companion object {
        private const val TAG = "Recorder"
        private const val AGAIN_S = 60L

        /** Whether it records, as far as this process knows. */
        var isRunning = false
            private set

        private val PROVIDERS =
            listOf(LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER) +
                if (Build.VERSION.SDK_INT >=
                    Build.VERSION_CODES.S
                ) {
                    listOf(LocationManager.FUSED_PROVIDER)
                } else {
                    emptyList()
                }

        fun start(context: Context) {
            context.startForegroundService(Intent(context, Recorder::class.java))
        }
    }
}

package app.onbeat.platform

import android.content.Context
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.os.PowerManager
import android.os.SystemClock
import app.onbeat.phone.Owner
import kotlinx.coroutines.withTimeoutOrNull
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.SyncReport

/** Sends what waits while the app is closed: after a fix, not more often than some minutes, where there is a network. */
class Sending(
    private val context: Context,
) {
    private val owner get() = context.applicationContext as Owner
    private val turns = Turns(SystemClock::elapsedRealtime)
    private var isUnderWay = false

    /** Where it is its turn. */
    suspend fun ifDue() {
        if (isUnderWay || !turns.isDue || !hasNetwork) return
        isUnderWay = true
        try {
            if (waits()) turns.took(once())
        } finally {
            isUnderWay = false
        }
    }

    /** One try; nothing where no answer came. Cut off after a minute it loses nothing: the next goes on where it was. */
    suspend fun once(): SyncReport? {
        try {
            val report = awake { withTimeoutOrNull(LONGEST_MS) { owner.holder.sync(owner.clock.now()) } }
            if (report?.wiped == true) Over.forGood(context)
            return report
        } catch (_: PhoneException.SyncRunning) {
            return null
        }
    }

    suspend fun waits(): Boolean = owner.holder.call { it.heads().waiting > 0uL }

    private val hasNetwork: Boolean
        get() {
            val networks = context.getSystemService(Context.CONNECTIVITY_SERVICE) as ConnectivityManager
            val capabilities = networks.getNetworkCapabilities(networks.activeNetwork)
            return capabilities?.hasCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET) == true
        }

    /** A service in front has the network while the phone dozes, but the processor would sleep over the answer. */
    private suspend fun <T> awake(work: suspend () -> T): T {
        val power = context.getSystemService(Context.POWER_SERVICE) as PowerManager
        val lock = power.newWakeLock(PowerManager.PARTIAL_WAKE_LOCK, "onbeat:send")
        lock.acquire(LONGEST_MS)
        try {
            return work()
        } finally {
            if (lock.isHeld) lock.release()
        }
    }

    private companion object {
        const val LONGEST_MS = 60_000L
    }
}

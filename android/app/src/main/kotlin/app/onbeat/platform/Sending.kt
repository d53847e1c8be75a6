package app.onbeat.platform

import android.content.Context
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.os.PowerManager
import app.onbeat.phone.Owner
import kotlinx.coroutines.withTimeoutOrNull
import uniffi.onbeat_core.AppState
import uniffi.onbeat_core.PhoneException

/** Asks the server while the app is closed: when core says so, where there is a network. */
class Sending(
    private val context: Context,
) {
    private val owner get() = context.applicationContext as Owner

    /** While it records. */
    suspend fun ifDue() {
        if (hasNetwork && inS(AppState.AWAKE) == 0L) once()
    }

    /** Seconds until it is its turn; null where there is nothing to ask for. */
    suspend fun inS(app: AppState): Long? = owner.holder.call { it.syncInS(owner.clock.now(), app) }

    /** One try. Cut off after a minute it loses nothing: the next goes on where it was. */
    suspend fun once() {
        try {
            val report = awake { withTimeoutOrNull(LONGEST_MS) { owner.holder.sync(owner.clock.now()) } }
            if (report?.wiped == true) Over.forGood(context)
        } catch (_: PhoneException.SyncRunning) {
            return
        }
    }

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

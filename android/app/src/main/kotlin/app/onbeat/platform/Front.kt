package app.onbeat.platform

import android.app.ForegroundServiceStartNotAllowedException
import android.app.Service
import android.content.pm.ServiceInfo
import android.os.Build
import android.util.Log

private const val TAG = "Front"

/**
 * Brings the service to the front, first of all, or the platform ends the process. What it refuses is asked for by a
 * tap; then the answer is no.
 */
fun Service.comesToFront(): Boolean {
    val notices = Notices(this)
    val isIn =
        allowed {
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
                startForeground(Notices.RECORDING, notices.starting(), ServiceInfo.FOREGROUND_SERVICE_TYPE_LOCATION)
            } else {
                startForeground(Notices.RECORDING, notices.starting())
            }
        }
    if (isIn) notices.clearToStart() else notices.askToStart()
    return isIn
}

/**
 * Whether the platform lets it be done: without the place in the background it says SecurityException, from the
 * background ForegroundServiceStartNotAllowedException
 * (https://developer.android.com/develop/background-work/services/fgs/restrictions-bg-start).
 */
internal fun allowed(start: () -> Unit): Boolean {
    try {
        start()
        return true
    } catch (error: SecurityException) {
        Log.w(TAG, "the service may not see the place", error)
    } catch (error: IllegalStateException) {
        if (!error.isRefusal) throw error
        Log.w(TAG, "the service may not start now", error)
    }
    return false
}

/** Before Android 12 it is a bare IllegalStateException. */
private val IllegalStateException.isRefusal: Boolean
    get() = Build.VERSION.SDK_INT < Build.VERSION_CODES.S || this is ForegroundServiceStartNotAllowedException

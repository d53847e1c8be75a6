package app.onbeat.platform

import android.app.ActivityManager
import android.app.ApplicationExitInfo
import android.content.Context
import android.os.Build
import app.onbeat.phone.Owner
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Start
import uniffi.onbeat_core.StartedBy

/** What began this process and, while it lives, the service: for the rep and the help desk, never sent. */
class Starts {
    private var hasBegun = false
    private var start: Start? = null

    /** The process began. The first to say so is right. */
    fun began(
        context: Context,
        by: StartedBy,
    ) {
        if (hasBegun) return
        hasBegun = true
        start = Start(Opening.wasDue(context), by, lastExit(context))
    }

    /** The service begins. In a process that was there before, that is a start of its own; core says when it was due. */
    fun again(by: StartedBy) {
        if (start == null) start = Start(null, by, null)
    }

    /** Once there is a phone to keep it. */
    suspend fun note(owner: Owner) {
        val begun = start ?: return
        start = null
        try {
            owner.holder.call { it.noteStart(owner.clock.now(), begun) }
        } catch (_: PhoneException) {
            start = begun
        }
    }

    /** In the platform's words, which it keeps from Android 11 on. */
    private fun lastExit(context: Context): String? {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) return null
        val manager = context.getSystemService(Context.ACTIVITY_SERVICE) as ActivityManager
        val exit = manager.getHistoricalProcessExitReasons(null, 0, 1).firstOrNull() ?: return null
        val reason = REASONS[exit.reason] ?: "reason ${exit.reason}"
        return listOfNotNull(reason, exit.description).joinToString(": ")
    }

    companion object {
        /** Of this process. */
        val process = Starts()

        /** Names of [ApplicationExitInfo]'s constants; the platform has no words for them. */
        private val REASONS =
            if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) {
                emptyMap()
            } else {
                mapOf(
                    ApplicationExitInfo.REASON_EXIT_SELF to "ended itself",
                    ApplicationExitInfo.REASON_SIGNALED to "signaled",
                    ApplicationExitInfo.REASON_LOW_MEMORY to "low memory",
                    ApplicationExitInfo.REASON_CRASH to "crash",
                    ApplicationExitInfo.REASON_CRASH_NATIVE to "crash in native code",
                    ApplicationExitInfo.REASON_ANR to "did not respond",
                    ApplicationExitInfo.REASON_PERMISSION_CHANGE to "a permission was changed",
                    ApplicationExitInfo.REASON_EXCESSIVE_RESOURCE_USAGE to "excessive use of resources",
                    ApplicationExitInfo.REASON_USER_REQUESTED to "stopped by the user",
                    ApplicationExitInfo.REASON_USER_STOPPED to "the user was stopped",
                    ApplicationExitInfo.REASON_DEPENDENCY_DIED to "what it depended on ended",
                    ApplicationExitInfo.REASON_OTHER to "ended by the system",
                )
            }
    }
}

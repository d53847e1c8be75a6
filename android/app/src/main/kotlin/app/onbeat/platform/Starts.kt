package app.onbeat.platform

import android.app.ActivityManager
import android.app.ApplicationExitInfo
import android.content.Context
import android.os.Build
import app.onbeat.phone.Owner
import uniffi.onbeat_core.Exit
import uniffi.onbeat_core.ExitReason
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

    /** As the platform tells from Android 11 on. */
    private fun lastExit(context: Context): Exit? {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) return null
        val manager = context.getSystemService(Context.ACTIVITY_SERVICE) as ActivityManager
        val exit = manager.getHistoricalProcessExitReasons(null, 0, 1).firstOrNull() ?: return null
        return Exit(exit.timestamp, REASONS[exit.reason] ?: ExitReason.SYSTEM, exit.description)
    }

    companion object {
        /** Of this process. */
        val process = Starts()

        /** What [ApplicationExitInfo]'s constants mean; what is not among them is the system's. */
        private val REASONS =
            if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) {
                emptyMap()
            } else {
                mapOf(
                    ApplicationExitInfo.REASON_EXIT_SELF to ExitReason.ITSELF,
                    ApplicationExitInfo.REASON_LOW_MEMORY to ExitReason.MEMORY,
                    ApplicationExitInfo.REASON_EXCESSIVE_RESOURCE_USAGE to ExitReason.RESOURCES,
                    ApplicationExitInfo.REASON_CRASH to ExitReason.CRASH,
                    ApplicationExitInfo.REASON_CRASH_NATIVE to ExitReason.CRASH,
                    ApplicationExitInfo.REASON_INITIALIZATION_FAILURE to ExitReason.CRASH,
                    ApplicationExitInfo.REASON_ANR to ExitReason.HANG,
                    ApplicationExitInfo.REASON_PERMISSION_CHANGE to ExitReason.PERMISSION,
                    ApplicationExitInfo.REASON_USER_REQUESTED to ExitReason.HAND,
                )
            }
    }
}

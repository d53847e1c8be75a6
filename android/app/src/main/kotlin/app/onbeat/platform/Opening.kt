package app.onbeat.platform

import android.app.AlarmManager
import android.app.PendingIntent
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.os.SystemClock
import app.onbeat.phone.Owner
import uniffi.onbeat_core.StartedBy

/**
 * The alarm of the window's opening, and while it is open of a service that ended unforeseen. In time since boot: moving
 * the wall clock moves nothing.
 */
object Opening {
    /** A fix that comes so much later than it is due says that the service is no more. */
    private const val MISSED_S = 15 * 60L
    private const val DUE = "due_ms"

    /** Sets the alarm, in place of the one before. */
    fun schedule(
        context: Context,
        inS: Long,
    ) {
        keepDue(context, System.currentTimeMillis() + inS * 1000)
        val atMs = SystemClock.elapsedRealtime() + inS * 1000
        if (Permissions(context).wakesExactly) {
            alarms(context).setExactAndAllowWhileIdle(AlarmManager.ELAPSED_REALTIME_WAKEUP, atMs, tells(context))
        } else {
            alarms(context).setAndAllowWhileIdle(AlarmManager.ELAPSED_REALTIME_WAKEUP, atMs, tells(context))
        }
    }

    fun cancel(context: Context) {
        keepDue(context, 0)
        alarms(context).cancel(tells(context))
    }

    /** When a start was due that has not come yet, by the phone's clock. */
    fun wasDue(context: Context): Long? {
        val dueMs = kept(context).getLong(DUE, 0)
        return dueMs.takeIf { it in 1..System.currentTimeMillis() }
    }

    private fun keepDue(
        context: Context,
        atMs: Long,
    ) = kept(context).edit().putLong(DUE, atMs).apply()

    private fun kept(context: Context) = context.getSharedPreferences("opening", Context.MODE_PRIVATE)

    private fun alarms(context: Context) = context.getSystemService(Context.ALARM_SERVICE) as AlarmManager

    private fun tells(context: Context): PendingIntent {
        val wakes = Intent(context, Wakes::class.java)
        return PendingIntent.getBroadcast(context, 0, wakes, PendingIntent.FLAG_IMMUTABLE)
    }

    /** Looks after the service some time after its next fix is due: whatever ended it meanwhile, it starts again. */
    fun watch(
        context: Context,
        dueS: Long = 0,
    ) = schedule(context, dueS + MISSED_S)

    /** Starts the service where the platform lets it; else asks for the tap that may. One that runs looks anew. */
    fun begin(context: Context) {
        if (!(context.applicationContext as Owner).hasAgreed) return
        if (Recorder.looks()) return watch(context)
        if (Permissions(context).startsByItself) Recorder.start(context) else Notices(context).askToStart()
    }
}

/** The alarm, a boot, a change of the clock or zone, an update of the app. */
class Wakes : BroadcastReceiver() {
    override fun onReceive(
        context: Context,
        intent: Intent,
    ) {
        val by =
            when (intent.action) {
                null -> StartedBy.ALARM
                Intent.ACTION_BOOT_COMPLETED -> StartedBy.BOOT
                else -> StartedBy.SYSTEM
            }
        Starts.process.began(context, by)
        Opening.begin(context)
    }
}

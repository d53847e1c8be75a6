package app.onbeat.platform

import android.app.AlarmManager
import android.app.PendingIntent
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.os.SystemClock
import app.onbeat.phone.EARLY_S
import app.onbeat.phone.Owner
import uniffi.onbeat_core.LocationAnswer
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.StartedBy
import uniffi.onbeat_core.Today
import uniffi.onbeat_core.When

/**
 * The alarm of the window's opening, and while it is open of a service that ended unforeseen. In time since boot: moving
 * the wall clock moves nothing.
 */
object Opening {
    /** A fix that comes so much later than it is due says that the service is no more. */
    private const val MISSED_S = 15 * 60L
    private const val DUE = "due_ms"

    /** Where no opening is known yet the desk may name one within it. */
    private const val DAY_S = 24 * 60 * 60L

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

    /**
     * The app was woken. In the window the service is started where the platform lets it, else the tap is asked for that
     * may; outside it nobody is asked for anything. One that runs looks anew.
     */
    suspend fun begin(context: Context) {
        if (!(context.applicationContext as Owner).hasAgreed) return
        if (Recorder.looks()) return watch(context)
        if (await(context) != 0L) return
        if (Permissions(context).startsByItself) Recorder.start(context) else Notices(context).askToStart()
    }

    /**
     * The app is in front, where the service may always start: it does for a window that is open or opens soon. Else the
     * alarm is set, which may have been lost.
     */
    suspend fun look(context: Context) {
        if (Recorder.looks()) return
        val opensInS = await(context) ?: return
        if (opensInS <= EARLY_S && Permissions(context).seesPlace) Recorder.start(context)
    }

    /**
     * Sets the alarm of the next opening, and says how many seconds there are until the window is open: none in it.
     * Nothing where no place is to be recorded.
     *
     * The alarm is set in the window too: a tap that nobody made is asked for again at the next opening.
     */
    private suspend fun await(context: Context): Long? {
        val owner = context.applicationContext as Owner
        try {
            val at = owner.clock.now()
            val (today, openings) = owner.holder.call { it.today(at) to it.openings(at) }
            if (!today.isRecorded) {
                Over.forHere(context)
                return null
            }
            // Rounded up: nobody is to be woken a breath before.
            val opensInS = openings.firstOrNull()?.let { (it - today.nowMs + 999) / 1000 } ?: DAY_S
            schedule(context, opensInS)
            if (today.isOpen) return 0
            Notices(context).clearToStart()
            return opensInS
        } catch (error: PhoneException) {
            // A keystore that does not answer yet is asked again.
            if (!Over.after(error, context)) watch(context)
            return null
        }
    }
}

/** Whether this phone is to see the rep's place: it is his, and he agreed. */
internal val Today.isRecorded: Boolean
    get() = replacedMs == null && location == LocationAnswer.AGREED

/** Whether the window is open for the rep: on leave it is not. */
internal val Today.isOpen: Boolean
    get() = `when` == When.WITHIN && day.spans.lastOrNull()?.excusedBy != LEAVE

/** What core writes at time that leave excuses. */
private const val LEAVE = "leave"

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
        awake { Opening.begin(context) }
    }
}

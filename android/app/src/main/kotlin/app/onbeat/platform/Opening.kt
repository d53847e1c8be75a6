package app.onbeat.platform

import android.app.AlarmManager
import android.app.PendingIntent
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.os.SystemClock
import app.onbeat.phone.Owner
import uniffi.onbeat_core.Beginning
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Recording
import uniffi.onbeat_core.StartedBy

/**
 * The one alarm: of the reminder, of the window's opening, of its close, and while it is open of a service that ended
 * unforeseen. In time since boot: moving the wall clock moves nothing.
 */
object Opening {
    /** A fix that comes so much later than it is due says that the service is no more. */
    private const val MISSED_S = 15 * 60L
    private const val DUE = "due_ms"

    /** Sets the alarm, in place of the one before. [isDue]: the service is to start or to go on then. */
    fun schedule(
        context: Context,
        inS: Long,
        isDue: Boolean,
    ) {
        keepDue(context, if (isDue) System.currentTimeMillis() + inS * 1000 else 0)
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

    /**
     * Looks after the service some time after its next fix is due: whatever ended it meanwhile, it starts again. At the
     * close it looks too, so that nothing is asked for a moment longer.
     */
    fun watch(
        context: Context,
        dueS: Long = 0,
        endsInS: Long = Long.MAX_VALUE,
    ) {
        val missedS = dueS + MISSED_S
        schedule(context, minOf(missedS, endsInS), isDue = missedS < endsInS)
    }

    /** Waits for an opening. Where the service may not start by itself the rep is reminded before it. */
    fun expect(
        context: Context,
        next: Beginning,
    ) {
        val reminds = next.remindsInS > 0 && !Permissions(context).startsByItself
        schedule(context, if (reminds) next.remindsInS else next.inS, isDue = !reminds)
    }

    /**
     * The app was woken. In the window the service is started where the platform lets it, else the tap is asked for that
     * may; shortly before it the rep is reminded of that tap; at other times nobody is asked for anything. A service that
     * runs looks anew.
     */
    suspend fun begin(
        context: Context,
        by: StartedBy,
    ) {
        val owner = context.applicationContext as Owner
        if (!owner.hasAgreed) return
        if (Recorder.looks()) return watch(context)
        val startsByItself = Permissions(context).startsByItself
        when (val recording = set(context)) {
            is Recording.Rests, is Recording.Records -> {
                if (startsByItself) return Recorder.start(context, by)
                Notices(context).askToStart()
            }

            is Recording.Waits -> {
                val reminds = recording.next.remindsInS == 0L && !startsByItself
                if (reminds) Notices(context).remind(recording.next) else Notices(context).clear()
            }

            else -> {
                Unit
            }
        }
        Starts.process.note(owner)
    }

    /**
     * The app is in front, where the service may always start: it does for a window that is open or opens soon. Else the
     * alarm is set, which may have been lost.
     */
    suspend fun look(context: Context) {
        if (Recorder.looks()) return
        val recording = set(context) ?: return
        val isWanted = recording !is Recording.Off && (recording as? Recording.Waits)?.soon != false
        if (!isWanted) Notices(context).clear()
        if (isWanted && Permissions(context).seesPlace) Recorder.start(context, StartedBy.OPENED)
    }

    /**
     * What core says of recording now, and the alarm that goes with it. In the window it is that of the close: what was
     * asked of the rep and not answered is taken back then.
     */
    private suspend fun set(context: Context): Recording? {
        val owner = context.applicationContext as Owner
        try {
            val recording = owner.holder.call { it.recording(owner.clock.now()) }
            when (recording) {
                is Recording.Off -> Over.forHere(context)
                is Recording.Waits -> expect(context, recording.next)
                is Recording.Rests -> schedule(context, recording.endsInS, isDue = false)
                is Recording.Records -> schedule(context, recording.endsInS, isDue = false)
            }
            return recording
        } catch (error: PhoneException) {
            // A keystore that does not answer yet is asked again.
            if (!Over.after(error, context)) watch(context)
            return null
        }
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
        awake { Opening.begin(context, by) }
    }
}

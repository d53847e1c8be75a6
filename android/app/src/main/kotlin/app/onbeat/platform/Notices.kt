package app.onbeat.platform

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import app.onbeat.screens.Word
import app.onbeat.screens.timeOf
import uniffi.onbeat_core.Beginning

private const val CHANNEL = "onbeat"

/** The app's notifications: what they say is on no locked screen. */
class Notices(
    private val context: Context,
) {
    private val words = AndroidWords(context)
    private val manager = context.getSystemService(Context.NOTIFICATION_SERVICE) as NotificationManager

    init {
        val name = words.say(Word.NOTICES)
        manager.createNotificationChannel(NotificationChannel(CHANNEL, name, NotificationManager.IMPORTANCE_DEFAULT))
    }

    /** Stands until core has said what is due. */
    fun starting(): Notification = stands(notice(Word.NOTICES, ""))

    /** Stands while the service records. */
    fun recording(): Notification = stands(notice(Word.RECORDING, words.say(Word.RECORDING_WHAT)))

    /** Stands on a break and in private time. */
    fun resting(): Notification = stands(notice(Word.RESTING, words.say(Word.RESTING_WHAT)))

    /** Stands while the service waits for the window to open. */
    fun waiting(next: Beginning): Notification =
        stands(notice(Word.TODAY, words.say(Word.BEFORE, timeOf(next.atMs, next.zone))))

    private fun stands(notice: Notification.Builder) = notice.setOngoing(true).setOnlyAlertOnce(true).build()

    fun show(
        id: Int,
        notice: Notification,
    ) = manager.notify(id, notice)

    /** The window opens soon and the phone lets nothing start by itself: a tap lets it. */
    fun remind(next: Beginning) {
        val title = words.say(Word.REMINDER, timeOf(next.atMs, next.zone))
        show(TO_START, notice(title, words.say(Word.REMINDER_WHAT)).build())
    }

    /** The window is open: a tap starts it. In place of what reminded of it, without a second sound. */
    fun askToStart() {
        val notice = notice(Word.TAP_TO_START, words.say(Word.TAP_TO_START_WHAT))
        show(TO_START, notice.setOnlyAlertOnce(true).build())
    }

    /** The rep seems to be leaving: why is said by one tap. */
    fun tellLeaving() {
        val notice = notice(Word.SEEMS_LEAVING, words.say(Word.SEEMS_LEAVING_WHY))
        OneTap.buttons(context, words).forEach(notice::addAction)
        show(LEAVING, notice.build())
    }

    /** Nothing is asked of the rep any more. */
    fun clear() {
        clearToStart()
        clearLeaving()
    }

    fun clearLeaving() = manager.cancel(LEAVING)

    fun clearToStart() = manager.cancel(TO_START)

    private fun notice(
        title: Word,
        more: String,
    ): Notification.Builder = notice(words.say(title), more)

    private fun notice(
        title: String,
        more: String,
    ): Notification.Builder {
        val open = context.packageManager.getLaunchIntentForPackage(context.packageName)
        val tap = open?.let { PendingIntent.getActivity(context, 0, it, PendingIntent.FLAG_IMMUTABLE) }
        return Notification
            .Builder(context, CHANNEL)
            .setSmallIcon(context.applicationInfo.icon)
            .setContentTitle(title)
            .setContentText(more)
            .setStyle(Notification.BigTextStyle().bigText(more))
            .setVisibility(Notification.VISIBILITY_PRIVATE)
            .setAutoCancel(true)
            .setContentIntent(tap)
    }

    companion object {
        const val RECORDING = 1
        private const val TO_START = 2
        private const val LEAVING = 3
    }
}

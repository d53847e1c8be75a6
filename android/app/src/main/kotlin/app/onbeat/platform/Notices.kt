package app.onbeat.platform

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import app.onbeat.screens.Word

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

    /** Stands while the service records. */
    fun recording(): Notification =
        notice(Word.RECORDING, Word.RECORDING_WHAT).setOngoing(true).setOnlyAlertOnce(true).build()

    /** The window opens and the phone lets nothing start by itself: a tap starts it. */
    fun askToStart() = manager.notify(TO_START, notice(Word.TAP_TO_START, Word.TAP_TO_START_WHAT).build())

    /** The rep seems to be leaving: the app has the reasons. */
    fun tellLeaving() = manager.notify(LEAVING, notice(Word.SEEMS_LEAVING, Word.SEEMS_LEAVING_WHY).build())

    fun clearToStart() = manager.cancel(TO_START)

    private fun notice(
        title: Word,
        more: Word,
    ): Notification.Builder {
        val open = context.packageManager.getLaunchIntentForPackage(context.packageName)
        val tap = open?.let { PendingIntent.getActivity(context, 0, it, PendingIntent.FLAG_IMMUTABLE) }
        return Notification
            .Builder(context, CHANNEL)
            .setSmallIcon(context.applicationInfo.icon)
            .setContentTitle(words.say(title))
            .setContentText(words.say(more))
            .setStyle(Notification.BigTextStyle().bigText(words.say(more)))
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

package app.onbeat.platform

import android.app.Notification
import android.app.PendingIntent
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.graphics.drawable.Icon
import android.os.Build
import android.util.Log
import android.widget.Toast
import app.onbeat.phone.Owner
import app.onbeat.screens.Word
import app.onbeat.screens.word
import uniffi.onbeat_core.ExceptionKind
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.reasonsByTap

/** A reason by one tap, from the notification: it is given where core still takes the rep for away. */
class OneTap : BroadcastReceiver() {
    override fun onReceive(
        context: Context,
        intent: Intent,
    ) {
        val reason = reasonsByTap().firstOrNull { it.name == intent.action } ?: return
        awake {
            try {
                val isTaken = give(reason, context.applicationContext as Owner)
                Notices(context).clearLeaving()
                if (!isTaken) say(Word.PROBLEM_REASON_NOT_ASKED, context)
            } catch (error: PhoneException) {
                // The notification stays: its tap leads to the reasons in the app, which says what is wrong.
                Log.w(TAG, "no reason given", error)
                Over.after(error, context)
            }
        }
    }

    private suspend fun give(
        reason: ExceptionKind,
        owner: Owner,
    ): Boolean {
        val at = owner.clock.now()
        return owner.holder.call { it.giveReasonNow(at, reason) }.also { owner.holder.tell() }
    }

    private fun say(
        word: Word,
        context: Context,
    ) = Toast.makeText(context, AndroidWords(context).say(word), Toast.LENGTH_LONG).show()

    companion object {
        private const val TAG = "OneTap"

        /** The platform shows no more below a notification; the app has the others. */
        private const val MOST = 3

        fun buttons(
            context: Context,
            words: AndroidWords,
        ): List<Notification.Action> = reasonsByTap().take(MOST).map { button(it, context, words.say(it.word)) }

        private fun button(
            reason: ExceptionKind,
            context: Context,
            label: String,
        ): Notification.Action {
            val tapped = Intent(reason.name).setClass(context, OneTap::class.java)
            val tap = PendingIntent.getBroadcast(context, 0, tapped, PendingIntent.FLAG_IMMUTABLE)
            val noIcon: Icon? = null
            val button = Notification.Action.Builder(noIcon, label, tap)
            // On a locked phone nobody else gives a reason in the rep's name.
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) button.setAuthenticationRequired(true)
            return button.build()
        }
    }
}

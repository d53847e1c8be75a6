package app.onbeat.platform

import android.content.Context
import android.content.Intent
import uniffi.onbeat_core.PhoneException

/** The end of recording: nothing may wake the app for it any more. */
object Over {
    /** The phone is no rep's: it was wiped, or never was. */
    fun forGood(context: Context) {
        SendJob.cancel(context)
        recording(context)
    }

    /** Another phone took its place, or the rep says no to the place: what waits is still sent. */
    fun forHere(context: Context) {
        recording(context)
        SendJob.schedule(context)
    }

    private fun recording(context: Context) {
        Opening.cancel(context)
        Notices(context).clear()
        context.stopService(Intent(context, Recorder::class.java))
    }

    /** Whether a call that failed so ends it. */
    fun after(
        error: PhoneException,
        context: Context,
    ): Boolean {
        when (error) {
            is PhoneException.NotEnrolled, is PhoneException.Wiped -> forGood(context)
            is PhoneException.Replaced, is PhoneException.LocationRefused -> forHere(context)
            else -> return false
        }
        return true
    }
}

package app.onbeat.platform

import android.content.BroadcastReceiver
import kotlinx.coroutines.MainScope
import kotlinx.coroutines.launch

/** Core is asked in a thread of its own; until [work] is done the platform lets the process be. */
fun BroadcastReceiver.awake(work: suspend () -> Unit) {
    val pending = goAsync()
    MainScope().launch {
        try {
            work()
        } finally {
            pending.finish()
        }
    }
}

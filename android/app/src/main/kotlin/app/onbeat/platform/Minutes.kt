package app.onbeat.platform

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow

/** Each minute that begins while it is listened to, as the platform tells them: to a screen that is on alone. */
fun minutes(context: Context): Flow<Unit> =
    callbackFlow {
        val ticks =
            object : BroadcastReceiver() {
                override fun onReceive(
                    context: Context,
                    intent: Intent,
                ) {
                    trySend(Unit)
                }
            }
        context.registerReceiver(ticks, IntentFilter(Intent.ACTION_TIME_TICK))
        awaitClose { context.unregisterReceiver(ticks) }
    }

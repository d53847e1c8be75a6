package app.onbeat.platform

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.os.PowerManager
import uniffi.onbeat_core.Cause

/** Tells what the battery does to fixes: a saver that holds them back, a charge that is nearly gone. */
class Battery(
    private val context: Context,
    private val tells: (Cause) -> Unit,
) : BroadcastReceiver() {
    private val power = context.getSystemService(Context.POWER_SERVICE) as PowerManager

    /** The saver may be on already. Only the system sends these, so they need no flag for who may. */
    fun watch() {
        val actions = IntentFilter(PowerManager.ACTION_POWER_SAVE_MODE_CHANGED)
        context.registerReceiver(this, actions.apply { addAction(Intent.ACTION_BATTERY_LOW) })
        tellSaver()
    }

    override fun onReceive(
        context: Context,
        intent: Intent,
    ) = if (intent.action == Intent.ACTION_BATTERY_LOW) tells(Cause.BATTERY_LOW) else tellSaver()

    private fun tellSaver() {
        if (power.isPowerSaveMode) tells(Cause.BATTERY_SAVER)
    }

    fun drop() = context.unregisterReceiver(this)
}

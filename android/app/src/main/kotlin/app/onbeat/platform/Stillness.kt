package app.onbeat.platform

import android.content.Context
import android.hardware.Sensor
import android.hardware.SensorManager
import android.hardware.TriggerEvent
import android.hardware.TriggerEventListener
import app.onbeat.phone.BootClock

/**
 * Whether the phone lies still, by the sensor that tells of a walk or a drive. It wakes a processor that sleeps, tells once,
 * and wants to be asked again (https://source.android.com/docs/core/interaction/sensors/sensor-types#significant_motion).
 * A phone that has none is never still.
 */
class Stillness(
    context: Context,
    private val clock: BootClock,
    private val ended: (still: LongRange) -> Unit,
) : TriggerEventListener() {
    private val sensors = context.getSystemService(Context.SENSOR_SERVICE) as SensorManager
    private val sensor: Sensor? = sensors.getDefaultSensor(Sensor.TYPE_SIGNIFICANT_MOTION)
    private var sinceMs: Long? = null

    /** It takes a walk of some seconds to be told of: so long without a word is lying still. */
    val isStill: Boolean
        get() = still() != null

    /** Asks the sensor, unless it was asked and has not answered yet. */
    fun watch() {
        if (sensor == null || sinceMs != null) return
        if (sensors.requestTriggerSensor(this, sensor)) sinceMs = clock.elapsedMs()
    }

    override fun onTrigger(event: TriggerEvent?) {
        val still = still()
        sinceMs = null
        still?.let(ended)
    }

    /** Asks no more; since when it lay still until now, if it did. */
    fun drop(): LongRange? {
        if (sensor != null && sinceMs != null) sensors.cancelTriggerSensor(this, sensor)
        return still().also { sinceMs = null }
    }

    /** In the clock's time since boot. */
    private fun still(): LongRange? {
        val since = sinceMs ?: return null
        val nowMs = clock.elapsedMs()
        return (since..nowMs).takeIf { nowMs - since >= AFTER_MS }
    }

    private companion object {
        const val AFTER_MS = 5 * 60_000L
    }
}

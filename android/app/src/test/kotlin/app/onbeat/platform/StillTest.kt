package app.onbeat.platform

import android.content.Context
import android.content.Intent
import android.hardware.Sensor
import android.hardware.SensorManager
import android.hardware.TriggerEventListener
import android.location.Location
import android.location.LocationManager
import android.os.PowerManager
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadows.ShadowSensor
import org.robolectric.shadows.ShadowSensorManager
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

private const val MINUTE_MS = 60_000L

/** The one way that a sensor of motion tells, which Robolectric lacks. */
@Implements(SensorManager::class)
class Triggers : ShadowSensorManager() {
    private var listener: TriggerEventListener? = null

    @Implementation
    fun requestTriggerSensor(
        listener: TriggerEventListener,
        @Suppress("UNUSED_PARAMETER") sensor: Sensor,
    ): Boolean {
        this.listener = listener
        return true
    }

    @Implementation
    fun cancelTriggerSensor(
        listener: TriggerEventListener,
        @Suppress("UNUSED_PARAMETER") sensor: Sensor,
    ): Boolean = (this.listener == listener).also { this.listener = null }

    fun tell() {
        val told = checkNotNull(listener) { "nobody asked" }
        listener = null
        told.onTrigger(null)
    }
}

/** What explains few positions: a phone that lies still, a battery that is spared. */
@RunWith(RobolectricTestRunner::class)
class StillTest {
    @get:Rule
    val phone = PhoneRule()

    private val isStill get() = phone.body("fix").contains(""""still":true""")

    private fun PhoneRule.addMotion(): Triggers {
        val sensors = shadowOf(app.getSystemService(Context.SENSOR_SERVICE) as SensorManager) as Triggers
        sensors.addSensor(ShadowSensor.newInstance(Sensor.TYPE_SIGNIFICANT_MOTION))
        return sensors
    }

    private fun seenAfter(
        minutes: Int,
        change: Location.() -> Unit = {},
    ) {
        phone.at(phone.app.nowMs + minutes * MINUTE_MS)
        phone.seen(change)
    }

    @Test
    fun `a phone that has not moved for five minutes is still, until it moves`() {
        val motion = phone.addMotion()
        phone.record()
        seenAfter(4)
        assertFalse(isStill)
        seenAfter(2)
        assertTrue(isStill)
        motion.tell()
        phone.settle()
        assertEquals("still.ended", phone.written().last())
        seenAfter(1)
        assertFalse(isStill)
    }

    @Test
    fun `a phone that lies still at the window's end says since when`() {
        phone.addMotion()
        phone.at(Enrolled.CLOSES_MS - 10 * MINUTE_MS)
        phone.record()
        seenAfter(11)
        assertEquals("still.ended", phone.written().last())
    }

    @Test
    fun `a phone without the sensor is never still`() {
        phone.record()
        seenAfter(30)
        assertFalse(isStill)
    }

    @Test
    fun `a receiver's position given again without a speed is still, one of Wi-Fi is not`() {
        phone.record()
        seenAfter(1)
        seenAfter(1) { removeSpeed() }
        assertTrue(isStill)
        repeat(2) {
            seenAfter(1) {
                provider = LocationManager.NETWORK_PROVIDER
                removeSpeed()
            }
        }
        assertFalse(isStill)
        seenAfter(1)
        assertFalse(isStill, "it has a speed")
    }

    @Test
    fun `battery saver and a low battery are noted`() {
        phone.switchSaver(on = true)
        phone.record()
        assertEquals("battery_saver", phone.written().last())
        phone.switchSaver(on = false)
        phone.hears(PowerManager.ACTION_POWER_SAVE_MODE_CHANGED)
        phone.hears(Intent.ACTION_BATTERY_LOW)
        assertEquals(listOf("battery_saver", "battery_low"), phone.written().takeLast(2))
    }
}

package app.onbeat.platform

import android.Manifest.permission
import android.app.ForegroundServiceStartNotAllowedException
import android.content.Intent
import android.content.pm.ServiceInfo
import app.onbeat.screens.Word
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import uniffi.onbeat_core.StartedBy
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** A phone's day, a moment a test: what carries it where the platform allows it, and where it refuses. */
@RunWith(RobolectricTestRunner::class)
class DayTest {
    @get:Rule
    val phone = PhoneRule()

    @Test
    fun `07h55, opened by the rep - the service waits in front, asks nobody for the place, and records at 08h00`() {
        phone.at(Enrolled.OPENS_MS - 300_000)
        val recorder = phone.record()
        assertEquals(emptyList(), phone.places.requestLocationUpdateListeners)
        assertEquals("Starts at 08:00. Nothing is recorded before.", phone.text(recorder))
        assertEquals(300, phone.ringsInS())
        phone.at(Enrolled.OPENS_MS)
        phone.ring()
        phone.seen()
        assertNull(phone.started(), "it runs already")
        assertEquals("fix", phone.written().last())
    }

    @Test
    fun `07h55, app not opened, without the grant - the rep is reminded, and asked for a tap at 08h00`() {
        phone.at(Enrolled.OPENS_MS - 300_000)
        Opening.schedule(phone.app, 0, isDue = false)
        phone.ring()
        assertEquals(listOf("Recording starts at 08:00"), phone.told())
        assertEquals(300, phone.ringsInS())
        phone.at(Enrolled.OPENS_MS)
        phone.ring()
        assertNull(phone.started())
        assertEquals(listOf(phone.says(Word.TAP_TO_START)), phone.told(), "in place of the reminder")
    }

    @Test
    fun `07h55, app not opened, with the grant - nobody is told, and the alarm waits for 08h00`() {
        phone.letStartByItself()
        phone.at(Enrolled.OPENS_MS - 300_000)
        Opening.schedule(phone.app, 0, isDue = false)
        phone.ring()
        assertEquals(emptyList(), phone.told())
        assertEquals(300, phone.ringsInS())
    }

    @Test
    fun `06h00, opened by the rep - the service ends and comes again by an alarm`() {
        phone.at(Enrolled.OPENS_MS - 2 * 3_600_000)
        val recorder = phone.record()
        assertTrue(shadowOf(recorder.get()).isStoppedBySelf)
        assertEquals(2 * 3_600 - 300, phone.ringsInS(), "the reminder")
    }

    @Test
    fun `08h00, app not opened, with the grant - the alarm starts the service`() {
        phone.letStartByItself()
        Opening.schedule(phone.app, 60, isDue = true)
        phone.ring()
        assertEquals("Recorder", phone.started())
        val recorder = phone.record()
        assertEquals(ServiceInfo.FOREGROUND_SERVICE_TYPE_LOCATION, recorder.get().foregroundServiceType)
        assertNotNull(phone.ringsInS(), "the watchdog is set")
    }

    @Test
    fun `08h00, app not opened, without the grant - the alarm asks for a tap`() {
        Opening.schedule(phone.app, 60, isDue = true)
        phone.ring()
        assertNull(phone.started())
        assertEquals(listOf(phone.says(Word.TAP_TO_START)), phone.told())
    }

    @Test
    fun `08h00 - a start that the platform refuses asks for a tap`() {
        phone.letStartByItself()
        val refusals = listOf(SecurityException("no"), ForegroundServiceStartNotAllowedException("no"))
        refusals.forEach {
            phone.app.refusal = it
            runBlocking { Opening.begin(phone.app, StartedBy.ALARM) }
            assertEquals(listOf(phone.says(Word.TAP_TO_START)), phone.told(), "$it")
        }
    }

    @Test
    fun `08h00 - a service that may not come to the front asks for a tap and ends`() {
        val refusals = listOf(SecurityException("no"), ForegroundServiceStartNotAllowedException("no"))
        refusals.forEach { refusal ->
            val recorder = phone.record(refusal)
            assertTrue(shadowOf(recorder.get()).isStoppedBySelf, "$refusal")
            assertEquals(listOf(phone.says(Word.TAP_TO_START)), phone.told(), "$refusal")
            phone.kill()
        }
        assertFalse("fix" in phone.written())
    }

    @Test
    fun `killed, with the grant - the watchdog starts the service again`() {
        phone.letStartByItself()
        phone.record()
        phone.kill()
        phone.ring()
        assertEquals("Recorder", phone.started())
    }

    @Test
    fun `killed, without the grant - the watchdog asks for a tap`() {
        phone.record()
        phone.kill()
        phone.ring()
        assertNull(phone.started())
        assertTrue(phone.says(Word.TAP_TO_START) in phone.told())
    }

    @Test
    fun `reboot, with the grant - the first unlock starts the service, and the boot is noted`() {
        phone.letStartByItself()
        phone.app.bootCount++
        phone.hears(Intent.ACTION_BOOT_COMPLETED)
        assertEquals("Recorder", phone.started())
        phone.record()
        phone.seen()
        assertEquals(listOf("rebooted", "process_started", "fix"), phone.written().takeLast(3))
    }

    @Test
    fun `reboot, without the grant - the first unlock asks for a tap`() {
        phone.hears(Intent.ACTION_BOOT_COMPLETED)
        assertNull(phone.started())
        assertEquals(listOf(phone.says(Word.TAP_TO_START)), phone.told())
    }

    @Test
    fun `clock or zone changed - the alarm is set anew`() {
        phone.record()
        listOf(Intent.ACTION_TIME_CHANGED, Intent.ACTION_TIMEZONE_CHANGED, Intent.ACTION_MY_PACKAGE_REPLACED).forEach {
            phone.alarms.scheduledAlarms.clear()
            phone.hears(it)
            assertNotNull(phone.ringsInS(), it)
        }
    }

    @Test
    fun `16h30 - where nothing calls back the alarm of the close ends the service`() {
        phone.at(Enrolled.CLOSES_MS - 600_000)
        val recorder = phone.record()
        phone.seen()
        assertEquals(600, phone.ringsInS())
        phone.at(Enrolled.CLOSES_MS)
        phone.ring()
        assertTrue(shadowOf(recorder.get()).isStoppedBySelf)
        assertNull(phone.started())
        assertEquals(listOf("fix"), phone.written().takeLast(1), "that of before")
    }

    @Test
    fun `16h30 - the next position ends the service, and is not kept`() {
        val recorder = phone.record()
        phone.at(Enrolled.CLOSES_MS + 1_000)
        phone.seen()
        assertTrue(shadowOf(recorder.get()).isStoppedBySelf)
        assertFalse("fix" in phone.written())
        assertEquals(15 * 3600 + 1799L - 300, phone.ringsInS(), "the next reminder")
    }

    @Test
    fun `16h30 - where no position comes the watchdog ends the service`() {
        val recorder = phone.record()
        phone.at(Enrolled.CLOSES_MS + 1_000)
        phone.ring()
        assertTrue(shadowOf(recorder.get()).isStoppedBySelf)
        assertNull(phone.started())
    }

    @Test
    fun `offline - what is seen goes to the log`() {
        phone.record()
        repeat(3) {
            phone.at(phone.app.nowMs + 300_000)
            phone.seen()
        }
        assertEquals(listOf("fix", "fix", "fix"), phone.written().takeLast(3))
    }

    @Test
    fun `permission revoked while the service runs - it is noted, and the service ends`() {
        phone.record()
        phone.revoke(permission.ACCESS_COARSE_LOCATION, permission.ACCESS_FINE_LOCATION)
        val again = phone.record()
        assertEquals("permission_off", phone.written().last())
        assertTrue(shadowOf(again.get()).isStoppedBySelf)
    }

    @Test
    fun `permission revoked, which ends the process - the next alarm asks for a tap`() {
        phone.letStartByItself()
        phone.record()
        phone.kill()
        phone.revoke(permission.ACCESS_COARSE_LOCATION, permission.ACCESS_FINE_LOCATION)
        phone.ring()
        assertNull(phone.started())
        assertTrue(phone.says(Word.TAP_TO_START) in phone.told())
    }

    @Test
    fun `permission made approximate - what comes is marked so`() {
        phone.record()
        phone.revoke(permission.ACCESS_FINE_LOCATION)
        phone.seen { accuracy = 2_000f }
        assertTrue(phone.body("fix").contains(""""approximate":true"""))
    }

    @Test
    fun `location switched off and on - both are noted, once`() {
        phone.record()
        phone.switchLocation(on = false)
        phone.switchLocation(on = true)
        phone.seen()
        assertEquals(listOf("location_off", "location_on", "fix"), phone.written().takeLast(3))
    }
}

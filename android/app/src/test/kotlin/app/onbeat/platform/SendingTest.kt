package app.onbeat.platform

import android.app.job.JobInfo
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import uniffi.onbeat_core.PhoneException
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue

@RunWith(RobolectricTestRunner::class)
class SendingTest {
    @get:Rule
    val phone = PhoneRule()

    /** The one test that lets its copy of the phone speak to the server: a second would be a forked log. */
    @Test
    fun `what is seen is sent after a fix, by the service, and again only some minutes later`() {
        Enrolled.setServerClock(Enrolled.OPENS_MS)
        phone.switchNetwork(on = false)
        phone.record()
        phone.seen()
        assertTrue(phone.waiting() > 0, "offline: it waits")
        phone.switchNetwork(on = true)
        phone.at(phone.app.nowMs + 60_000)
        phone.seen()
        // All is sent some time before the try has ended.
        phone.settleUntil { phone.waiting() == 0 && phone.asksInS() == 300L }
        phone.at(phone.app.nowMs + 60_000)
        phone.seen()
        assertEquals(1, phone.waiting(), "not yet again")
        phone.runJob()
        assertEquals(1, phone.waiting(), "nor by the job")
        assertEquals(240_000, phone.jobs().single().minLatencyMillis, "it comes again when core says so")
        phone.at(phone.app.nowMs + 240_000)
        phone.runJob()
        phone.settleUntil { phone.waiting() == 0 }
        // Then for what is new alone.
        phone.settleUntil { phone.jobs().single().minLatencyMillis == 4 * 3_600_000L }
    }

    @Test
    fun `offline when the window ends - a job waits for a network, also over a restart`() {
        phone.switchNetwork(on = false)
        phone.record()
        phone.seen()
        phone.at(Enrolled.CLOSES_MS + 1_000)
        phone.seen()
        val job = phone.jobs().single()
        assertEquals(JobInfo.NETWORK_TYPE_ANY to true, job.networkType to job.isPersisted)
    }

    @Test
    fun `a job without anything to do ends, and opens nothing before the rep agreed`() {
        phone.app.hasAgreed = false
        assertFalse(phone.runJob())
    }

    @Test
    fun `a phone that was wiped or never enrolled ends service, alarm and job`() {
        val errors = listOf(PhoneException.Wiped(), PhoneException.NotEnrolled())
        errors.forEach { error ->
            phone.record()
            SendJob.schedule(phone.app)
            assertTrue(Over.after(error, phone.app))
            assertNull(phone.ringsInS())
            assertEquals(emptyList(), phone.jobs())
            assertEquals("Recorder", phone.stopped())
            phone.kill()
        }
    }

    @Test
    fun `a phone that was replaced, or whose place the rep refuses, ends service and alarm and sends what waits`() {
        val errors = listOf(PhoneException.Replaced(), PhoneException.LocationRefused())
        errors.forEach { error ->
            phone.record()
            assertTrue(Over.after(error, phone.app))
            assertNull(phone.ringsInS())
            assertEquals(1, phone.jobs().size)
            assertEquals("Recorder", phone.stopped())
            phone.kill()
        }
    }

    @Test
    fun `the rep withdraws his agreement while the service runs - it ends`() {
        phone.record()
        phone.seen()
        phone.answersLocation(agrees = true)
        phone.answersLocation(agrees = false)
        phone.seen()
        assertEquals(1, phone.written().count { it == "fix" }, "none after it")
        assertEquals("Recorder", phone.stopped())
        assertNull(phone.ringsInS())
    }

    @Test
    fun `a full disk ends nothing`() {
        assertFalse(Over.after(PhoneException.StorageFull(), phone.app))
        phone.app.fault = PhoneException.StorageFull()
        phone.runJob()
        assertEquals(3_600_000, phone.jobs().single().minLatencyMillis, "the job comes again")
    }
}

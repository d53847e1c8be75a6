package app.onbeat.platform

import android.app.ForegroundServiceStartNotAllowedException
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

@RunWith(RobolectricTestRunner::class)
class RecorderTest {
    @get:Rule
    val phone = PhoneRule()

    @Test
    fun `a position goes through to core's log`() {
        phone.record()
        phone.seen()
        assertEquals("fix", phone.written().last())
    }

    @Test
    fun `a mocked position is marked as one`() {
        phone.record()
        phone.seen { isMock = true }
        assertTrue(phone.body("fix").contains(""""simulated":true"""))
    }

    @Test
    fun `the notification says that it records once it does, and never before`() {
        val recorder = phone.record()
        assertEquals("Until the window closes. Tap for today.", phone.text(recorder))
        phone.at(Enrolled.CLOSES_MS + 1_000)
        assertEquals("", phone.text(phone.record()))
    }
}

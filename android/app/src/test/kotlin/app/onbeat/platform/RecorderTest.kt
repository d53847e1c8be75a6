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
}

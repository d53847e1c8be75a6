package app.onbeat.platform

import app.onbeat.screens.Word
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.shadows.ShadowToast
import uniffi.onbeat_core.PhoneException
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

    @Test
    fun `who seems to be leaving is told once, and says why by a button of the notification`() {
        phone.letStartByItself()
        phone.record()
        phone.seen()
        // Ten kilometres north, in Manhattan: two votes of three minutes each tell it.
        val leftMs = phone.app.nowMs + 1_800_000
        (0..7L).forEach { minute ->
            phone.at(leftMs + minute * 60_000)
            phone.seen { latitude = 40.7780 + minute * 0.0001 }
            val told = if (minute < 6) emptyList() else listOf(phone.says(Word.SEEMS_LEAVING))
            assertEquals(told, phone.told() - phone.says(Word.RECORDING), "in minute $minute")
        }
        phone.tap(Word.SEEMS_LEAVING, Word.REASON_GOODS)
        assertTrue(phone.body("reason.given").contains(""""reason":"goods""""))
        assertEquals(emptyList(), phone.told() - phone.says(Word.RECORDING))
    }

    @Test
    fun `a button that is tapped too late gives no reason for nothing, and says so`() {
        phone.record()
        Notices(phone.app).tellLeaving()
        phone.tap(Word.SEEMS_LEAVING, Word.REASON_GOODS)
        assertEquals(0, phone.written().count { it == "reason.given" })
        assertEquals(emptyList(), phone.told() - phone.says(Word.RECORDING))
        assertEquals(phone.says(Word.PROBLEM_REASON_NOT_ASKED), ShadowToast.getTextOfLatestToast())
    }

    @Test
    fun `who is back in his district, or whose window has closed, is no longer told that he is leaving`() {
        phone.record()
        Notices(phone.app).tellLeaving()
        phone.seen()
        assertEquals(listOf(phone.says(Word.RECORDING)), phone.told())
        Notices(phone.app).tellLeaving()
        phone.kill()
        phone.at(Enrolled.CLOSES_MS)
        phone.ring()
        assertFalse(phone.says(Word.SEEMS_LEAVING) in phone.told())
    }

    @Test
    fun `what the service takes is told to the screen`() {
        phone.record()
        val before = phone.app.holder.news.value
        phone.seen()
        assertTrue(phone.app.holder.news.value > before)
    }

    @Test
    fun `on a break a call that fails asks nobody for the place`() {
        phone.record()
        phone.calls { it.breakStart(phone.app.clock.now()) }
        assertTrue(phone.looks())
        runBlocking { phone.app.holder.closed { phone.app.fault = PhoneException.StorageFull() } }
        assertTrue(phone.looks())
        assertEquals(emptyList(), phone.places.requestLocationUpdateListeners)
        assertEquals(15 * 60L, phone.ringsInS(), "the alarm looks again")
    }

    @Test
    fun `on a break the place is asked of nobody, and again when it ends`() {
        phone.record()
        phone.seen()
        phone.calls { it.breakStart(phone.app.clock.now()) }
        assertTrue(phone.looks())
        assertEquals(emptyList(), phone.places.requestLocationUpdateListeners)
        assertEquals(listOf(phone.says(Word.RESTING)), phone.told())
        val restS = checkNotNull(phone.ringsInS())
        phone.at(phone.app.nowMs + restS * 1000 + 1_000)
        phone.ring()
        assertEquals(listOf(phone.says(Word.RECORDING)), phone.told())
        phone.seen()
        assertEquals(2, phone.written().count { it == "fix" })
    }

    @Test
    fun `in private time the place is asked of nobody, until the rep ends it`() {
        phone.record()
        phone.calls { it.privateStart(phone.app.clock.now()) }
        phone.seen()
        assertEquals(emptyList(), phone.places.requestLocationUpdateListeners)
        assertEquals(listOf(phone.says(Word.RESTING)), phone.told())
        phone.calls { it.privateEnd(phone.app.clock.now()) }
        assertTrue(phone.looks())
        assertEquals(listOf(phone.says(Word.RECORDING)), phone.told())
        phone.seen()
        assertEquals(1, phone.written().count { it == "fix" })
    }
}

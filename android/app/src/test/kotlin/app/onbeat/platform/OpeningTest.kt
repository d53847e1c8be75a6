package app.onbeat.platform

import android.Manifest.permission
import android.content.Intent
import app.onbeat.screens.Word
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull

/** What wakes the app asks for the tap in the window alone, and of who agreed that his place is recorded. */
@RunWith(RobolectricTestRunner::class)
class OpeningTest {
    @get:Rule
    val phone = PhoneRule()

    private val wakes =
        listOf(
            Intent.ACTION_BOOT_COMPLETED,
            Intent.ACTION_TIME_CHANGED,
            Intent.ACTION_TIMEZONE_CHANGED,
            Intent.ACTION_MY_PACKAGE_REPLACED,
        )

    /** Whatever wakes it, nothing starts and nothing is asked. */
    private fun isLeftInPeace() =
        wakes.forEach {
            phone.hears(it)
            assertNull(phone.started(), it)
            assertEquals(emptyList(), phone.told(), it)
        }

    @Test
    fun `at night nobody is asked, and the alarm waits for the morning`() {
        phone.at(Enrolled.OPENS_MS + 14 * HOUR_MS)
        isLeftInPeace()
        assertEquals(10 * 3600L - REMINDS_S, phone.ringsInS())
    }

    @Test
    fun `at night the service is not started where it may start by itself either`() {
        phone.letStartByItself()
        phone.at(Enrolled.OPENS_MS + 14 * HOUR_MS)
        isLeftInPeace()
        assertEquals(10 * 3600L, phone.ringsInS())
    }

    @Test
    fun `on a day off nobody is asked, and the alarm waits for the next workday`() {
        // Saturday, two in the afternoon.
        phone.at(Enrolled.OPENS_MS + (4 * 24 + 6) * HOUR_MS)
        isLeftInPeace()
        assertEquals((24 + 18) * 3600L - REMINDS_S, phone.ringsInS())
    }

    @Test
    fun `a tap that nobody made is taken back at the close, and asked for again the next morning`() {
        phone.hears(Intent.ACTION_BOOT_COMPLETED)
        assertEquals(listOf(phone.says(Word.TAP_TO_START)), phone.told())
        assertEquals(WINDOW_S, phone.ringsInS())
        phone.at(Enrolled.CLOSES_MS)
        phone.ring()
        assertEquals(emptyList(), phone.told())
        assertEquals(24 * 3600L - WINDOW_S - REMINDS_S, phone.ringsInS())
    }

    @Test
    fun `who was not asked about his place yet is asked for no tap`() {
        phone.app.hasAnswered = false
        isLeftInPeace()
        assertNull(phone.ringsInS())
    }

    @Test
    fun `who refused is asked for no tap`() {
        phone.answersLocation(agrees = false)
        isLeftInPeace()
        assertNull(phone.ringsInS())
    }

    @Test
    fun `the app opened in the window, or so early that it may wait, starts the service`() {
        listOf(-80 * 60_000L, 0, HOUR_MS).forEach {
            phone.at(Enrolled.OPENS_MS + it)
            phone.looksIn()
            assertEquals("Recorder", phone.started(), "$it")
        }
    }

    @Test
    fun `the app opened after the window, or long before it, sets the alarm and starts nothing`() {
        listOf(-3 * HOUR_MS to 3L, 9 * HOUR_MS to 15L).forEach { (at, hours) ->
            phone.alarms.scheduledAlarms.clear()
            phone.at(Enrolled.OPENS_MS + at)
            phone.looksIn()
            assertNull(phone.started())
            assertEquals(hours * 3600 - REMINDS_S, phone.ringsInS())
        }
    }

    @Test
    fun `the app opened without the place starts nothing, and the close is waited for`() {
        phone.revoke(permission.ACCESS_COARSE_LOCATION, permission.ACCESS_FINE_LOCATION)
        phone.looksIn()
        assertNull(phone.started())
        assertEquals(emptyList(), phone.told(), "who has the app open needs no tap")
        assertEquals(WINDOW_S, phone.ringsInS())
    }

    private companion object {
        const val HOUR_MS = 3_600_000L
        const val WINDOW_S = (Enrolled.CLOSES_MS - Enrolled.OPENS_MS) / 1000
        const val REMINDS_S = 300L
    }
}

package app.onbeat.platform

import android.app.ActivityManager
import android.app.ApplicationExitInfo
import android.content.Context
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowActivityManager
import uniffi.onbeat_core.Exit
import uniffi.onbeat_core.ExitReason
import uniffi.onbeat_core.Start
import uniffi.onbeat_core.StartedBy
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

@RunWith(RobolectricTestRunner::class)
class StartsTest {
    @get:Rule
    val phone = PhoneRule()

    private fun noted() = runBlocking { phone.app.holder.call { it.diagnosis() } }.starts

    /** To the second: core goes by the server's time. */
    private fun Start.isDueAtOpening() = Math.round(checkNotNull(dueMs) / 1000.0) == Enrolled.OPENS_MS / 1000

    @Test
    fun `the first that began the process is noted, once, with how the one before ended`() {
        val manager = phone.app.getSystemService(Context.ACTIVITY_SERVICE) as ActivityManager
        val info =
            ShadowActivityManager.ApplicationExitInfoBuilder
                .newBuilder()
                .setReason(ApplicationExitInfo.REASON_USER_REQUESTED)
                .setDescription("remove task")
                .setTimestamp(Enrolled.OPENS_MS - 60_000)
                .build()
        shadowOf(manager).addApplicationExitInfo(info)
        val starts = Starts()
        starts.began(phone.app, StartedBy.ALARM)
        starts.began(phone.app, StartedBy.OPENED)
        runBlocking { repeat(2) { starts.note(phone.app) } }
        val start = noted().single().start
        val exit = Exit(Enrolled.OPENS_MS - 60_000, ExitReason.HAND, "remove task")
        assertEquals(StartedBy.ALARM to exit, start.by to start.exit)
        assertTrue(start.isDueAtOpening(), "as core says, since no alarm was set")
    }

    @Test
    fun `a start that was due and did not come says when`() {
        Opening.schedule(phone.app, -3_600, isDue = true)
        val starts = Starts().apply { began(phone.app, StartedBy.OPENED) }
        runBlocking { starts.note(phone.app) }
        val due = checkNotNull(noted().single().start.dueMs)
        assertEquals(60L, (System.currentTimeMillis() - due) / 60_000)
    }

    @Test
    fun `an alarm that starts the service in a process that lives is a start of its own`() {
        phone.letStartByItself()
        Starts.process.began(phone.app, StartedBy.OPENED)
        runBlocking { Starts.process.note(phone.app) }
        val before = noted().size
        phone.at(Enrolled.OPENS_MS + 1_000)
        Opening.schedule(phone.app, 0, isDue = true)
        phone.ring()
        phone.record()
        assertEquals(before + 1, noted().size)
        val (atMs, start) = noted().first()
        assertEquals(StartedBy.ALARM, start.by)
        assertTrue(start.isDueAtOpening())
        assertEquals(Enrolled.OPENS_MS + 1_000, atMs)
        phone.seen()
        assertEquals(before + 1, noted().size, "once")
    }
}

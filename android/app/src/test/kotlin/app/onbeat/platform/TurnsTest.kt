package app.onbeat.platform

import uniffi.onbeat_core.Problem
import uniffi.onbeat_core.SyncReport
import kotlin.test.Test
import kotlin.test.assertEquals

class TurnsTest {
    private var nowMs = 0L
    private val turns = Turns { nowMs }

    private fun report(
        problems: Int = 0,
        retryAfterS: ULong? = null,
    ) = SyncReport(0uL, 1uL, 0u, 0u, 0u, 0u, 0u, false, retryAfterS, List(problems) { Problem("network", "no route") })

    private fun waitS(report: SyncReport?): Long {
        turns.took(report)
        val fromMs = nowMs
        while (!turns.isDue) nowMs += 1_000
        return (nowMs - fromMs) / 1000
    }

    @Test
    fun `the first is due at once, and the next some minutes after`() {
        assertEquals(true, turns.isDue)
        assertEquals(300, waitS(report()))
    }

    @Test
    fun `what fails is tried later and later, up to 40 minutes, until it works`() {
        val tries = listOf(report(problems = 1), null, null, null, null, report(), null)
        assertEquals(listOf(300L, 600, 1_200, 2_400, 2_400, 300, 300), tries.map(::waitS))
    }

    @Test
    fun `a server that wants to be asked later is, and one that wants it sooner is not`() {
        assertEquals(7_200, waitS(report(problems = 1, retryAfterS = 7_200uL)))
        assertEquals(300, waitS(report(retryAfterS = 5uL)))
    }
}

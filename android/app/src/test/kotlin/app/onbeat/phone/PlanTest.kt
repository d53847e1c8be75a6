package app.onbeat.phone

import uniffi.onbeat_core.FixOutcome
import uniffi.onbeat_core.LiveStatus
import uniffi.onbeat_core.When
import kotlin.test.Test
import kotlin.test.assertEquals

class PlanTest {
    private fun after(
        before: LiveStatus,
        now: LiveStatus,
        at: When = When.WITHIN,
        dueS: Long = 6_000,
    ) = plan(FixOutcome(dueS, at, true, null, now), before)

    @Test
    fun `the service ends with the window`() {
        val ends = When.entries.associateWith { after(LiveStatus.INSIDE, LiveStatus.UNKNOWN, it).ends }
        assertEquals(mapOf(When.BEFORE to true, When.WITHIN to false, When.AFTER to true, When.DAY_OFF to true), ends)
    }

    @Test
    fun `a service that is early waits for the window, and no other does`() {
        val cases = When.entries.flatMap { at -> listOf(5_400L, 5_401L).map { at to it } }
        val waits = cases.filter { (at, dueS) -> after(LiveStatus.UNKNOWN, LiveStatus.UNKNOWN, at, dueS).waits }
        assertEquals(listOf(When.BEFORE to 5_400L), waits)
        assertEquals(false, after(LiveStatus.UNKNOWN, LiveStatus.UNKNOWN, When.BEFORE, 5_400).ends)
    }

    @Test
    fun `the rep is told once a departure`() {
        val day =
            listOf(
                LiveStatus.INSIDE to false,
                LiveStatus.SEEMS_LEAVING to true,
                LiveStatus.POSSIBLY_OUTSIDE to false,
                LiveStatus.EDGE to false,
                LiveStatus.SEEMS_LEAVING to true,
            )
        val told = day.zipWithNext { (before, _), (now, _) -> after(before, now).tells }
        assertEquals(day.drop(1).map { it.second }, told)
    }
}

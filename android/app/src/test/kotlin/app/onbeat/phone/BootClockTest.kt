package app.onbeat.phone

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull

class BootClockTest {
    private class Set(
        var wallMs: Long,
        var sinceBootMs: Long,
        var bootCount: Long,
    ) : Clocks {
        override fun wallMs() = wallMs

        override fun sinceBootMs() = sinceBootMs

        override fun bootCount() = bootCount
    }

    private val clocks = Set(1_000_000, 70_000, 3)
    private var kept: Boot? = null
    private var ids = 0

    private fun clock() = BootClock(clocks, kept, { kept = it }, { "boot ${++ids}" })

    @Test
    fun `time counts from the first reading, over the app's restarts`() {
        assertEquals(0, clock().now().elapsedMs)
        clocks.sinceBootMs += 5_000
        assertEquals(5_000L to "boot 1", clock().now().run { elapsedMs to boot })
    }

    @Test
    fun `another boot has another name, by its count or by time that ran back`() {
        clock().now()
        clocks.bootCount = 4
        assertEquals("boot 2", clock().now().boot)
        clocks.sinceBootMs = 10
        assertEquals(0L to "boot 3", clock().now().run { elapsedMs to boot })
    }

    @Test
    fun `a moment of before is stamped by its time since boot`() {
        val clock = clock()
        clock.now()
        clocks.sinceBootMs += 9_000
        clocks.wallMs += 9_000
        assertEquals(1_002_000L to 2_000L, clock.at(72_000)!!.run { atMs to elapsedMs })
        assertNull(clock.at(69_000), "before the first reading")
    }
}

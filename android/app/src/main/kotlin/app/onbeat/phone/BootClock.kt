package app.onbeat.phone

import uniffi.onbeat_core.Stamp

/** What a phone's clocks say. */
interface Clocks {
    /** The wall clock: milliseconds since 1970. */
    fun wallMs(): Long

    /** Milliseconds since the boot, counting sleep. */
    fun sinceBootMs(): Long

    /** How often the phone has booted. */
    fun bootCount(): Long
}

/** The boot that stamps count in, kept over the app's restarts. */
data class Boot(
    val count: Long,
    val id: String,
    /** Time since boot of the app's first reading. */
    val firstMs: Long,
)

/**
 * Stamps moments. Time counts from the app's first reading in each boot under a random name, so that nothing of the
 * system's own is sent. [kept] and [keep] are where the boot is remembered; [newId] draws 16 hex digits.
 */
class BootClock(
    private val clocks: Clocks,
    kept: Boot?,
    private val keep: (Boot) -> Unit,
    private val newId: () -> String,
) {
    private var boot: Boot? = kept

    @Synchronized
    fun now(): Stamp {
        val boot = current()
        return Stamp(clocks.wallMs(), clocks.sinceBootMs() - boot.firstMs, boot.id)
    }

    /** Time since the first reading in this boot. */
    fun elapsedMs(): Long = now().elapsedMs

    /** The stamp of a moment, by its time since boot; none for one before the first reading. */
    @Synchronized
    fun at(sinceBootMs: Long): Stamp? {
        val now = now()
        val agoMs = clocks.sinceBootMs() - sinceBootMs
        return Stamp(now.atMs - agoMs, now.elapsedMs - agoMs, now.boot).takeIf { it.elapsedMs >= 0 }
    }

    /** A count alone may be reset with the phone; time that runs backwards tells of a new boot too. */
    private fun current(): Boot {
        val sinceBootMs = clocks.sinceBootMs()
        boot?.takeIf { it.count == clocks.bootCount() && it.firstMs <= sinceBootMs }?.let { return it }
        return Boot(clocks.bootCount(), newId(), sinceBootMs).also {
            boot = it
            keep(it)
        }
    }
}

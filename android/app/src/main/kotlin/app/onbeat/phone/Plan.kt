package app.onbeat.phone

import uniffi.onbeat_core.FixOutcome
import uniffi.onbeat_core.LiveStatus
import uniffi.onbeat_core.When

/** What the service does after a fix: core says when the next one is due, and where the rep stands. */
data class Plan(
    /** The window is closed: the service ends, and is wanted again after [nextS]. */
    val ends: Boolean,
    /** The window opens so soon that the service stays for it, and asks for no place before: it may not come again. */
    val waits: Boolean,
    /** Seconds until the next fix is due, or the window opens. */
    val nextS: Long,
    /** The rep is told once that he seems to be leaving, and again only after he was back. */
    val tells: Boolean,
)

/** A service that was started by a tap waits so long at most. */
const val EARLY_S = 90 * 60L

fun plan(
    outcome: FixOutcome,
    before: LiveStatus,
): Plan =
    Plan(
        ends = outcome.`when` != When.WITHIN && !outcome.opensSoon,
        waits = outcome.opensSoon,
        nextS = outcome.nextDueS,
        tells = outcome.live.isLeaving && !before.isLeaving,
    )

private val FixOutcome.opensSoon: Boolean
    get() = `when` == When.BEFORE && nextDueS <= EARLY_S

private val LiveStatus.isLeaving: Boolean
    get() = this == LiveStatus.SEEMS_LEAVING || this == LiveStatus.POSSIBLY_OUTSIDE

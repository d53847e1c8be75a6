package app.onbeat.phone

import uniffi.onbeat_core.FixOutcome
import uniffi.onbeat_core.LiveStatus
import uniffi.onbeat_core.When

/** What the service does after a fix: core says when the next one is due, and where the rep stands. */
data class Plan(
    /** The window is closed: the service ends, and is wanted again after [nextS]. */
    val ends: Boolean,
    /** Seconds until the next fix is due, or the window opens. */
    val nextS: Long,
    /** The rep is told once that he seems to be leaving, and again only after he was back. */
    val tells: Boolean,
)

fun plan(
    outcome: FixOutcome,
    before: LiveStatus,
): Plan =
    Plan(
        ends = outcome.`when` != When.WITHIN,
        nextS = outcome.nextDueS,
        tells = outcome.live.isLeaving && !before.isLeaving,
    )

private val LiveStatus.isLeaving: Boolean
    get() = this == LiveStatus.SEEMS_LEAVING || this == LiveStatus.POSSIBLY_OUTSIDE

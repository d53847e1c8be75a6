package app.onbeat.platform

import uniffi.onbeat_core.SyncReport

/**
 * When the app asks the server again by itself, in time since boot: some minutes after it was heard, later and later while
 * it is not, and never before the server wants it.
 */
class Turns(
    private val sinceBootMs: () -> Long,
) {
    private var dueMs = 0L
    private var failures = 0

    val isDue: Boolean
        get() = sinceBootMs() >= dueMs

    /** [report] is what a try came to; null where it came to nothing. */
    fun took(report: SyncReport?) {
        failures = if (report != null && report.problems.isEmpty()) 0 else failures + 1
        val waitS = EVERY_S shl minOf(maxOf(failures - 1, 0), DOUBLINGS)
        dueMs = sinceBootMs() + 1000 * maxOf(waitS, report?.retryAfterS?.toLong() ?: 0)
    }

    private companion object {
        const val EVERY_S = 300L

        /** 40 minutes at most. */
        const val DOUBLINGS = 3
    }
}

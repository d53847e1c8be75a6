package app.onbeat.phone

import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.withContext
import uniffi.onbeat_core.Phone
import uniffi.onbeat_core.Stamp
import uniffi.onbeat_core.SyncReport
import java.util.concurrent.Executors

/**
 * The one [Phone] of the process, and the one thread that calls it: a call may wait for the disk.
 *
 * [open] runs at the first call, and again after one that failed: keys are locked until the first unlock.
 */
class PhoneHolder(
    private val open: () -> Phone,
) : AutoCloseable {
    private val executor = Executors.newSingleThreadExecutor { Thread(it, "phone") }
    private val thread = executor.asCoroutineDispatcher()
    private var phone: Phone? = null
    private val told = MutableStateFlow(0L)

    /** Goes up with all that comes of no tap: a sync that ended, what the service took or was told. */
    val news: StateFlow<Long> = told

    /** Makes one call of the phone; what it throws is thrown here. */
    suspend fun <T> call(work: (Phone) -> T): T = withContext(thread) { work(opened()) }

    /** Sends what waits and fetches what is new; other calls go on meanwhile. */
    suspend fun sync(at: Stamp): SyncReport =
        try {
            call { it }.sync(at)
        } finally {
            tell()
        }

    /** What is shown may have changed. */
    fun tell() = told.update { it + 1 }

    /** Does something while the folder is closed; the next call opens it anew. */
    suspend fun <T> closed(work: () -> T): T =
        withContext(thread) {
            phone?.close()
            phone = null
            work()
        }

    private fun opened(): Phone = phone ?: open().also { phone = it }

    /** Waits for the calls that are under way, and lets go of the folder. */
    override fun close() {
        executor.submit { phone?.close() }.get()
        executor.shutdown()
    }
}

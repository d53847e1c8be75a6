package app.onbeat.screens

import app.onbeat.phone.PhoneHolder
import app.onbeat.phone.SoftwareKey
import app.onbeat.phone.Stage
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import uniffi.onbeat_core.Device
import uniffi.onbeat_core.Fix
import uniffi.onbeat_core.Grade
import uniffi.onbeat_core.Phone
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Platform
import uniffi.onbeat_core.Provider
import uniffi.onbeat_core.Reading
import uniffi.onbeat_core.Stamp
import java.io.File

/** When the phone was switched on: six in the morning of the story's day in New York. */
private const val SIX_MS = 1_778_580_000_000L

/** A rep with his phone: the app's model over the real core, at a time and place of the test's. */
class Rep(
    folder: File,
    private val stage: Stage? = null,
) : AutoCloseable {
    private val key = SoftwareKey(folder)
    val around = Around(key)
    val holder = PhoneHolder { Phone.open("$folder", around.databaseKey, key) }
    private val scope = CoroutineScope(Dispatchers.Default.limitedParallelism(1) + SupervisorJob())
    val model = AppModel(holder, around, scope)

    init {
        // In front.
        model.resume()
    }

    /** A time of the day, as `07:15`, for the phone and the server. */
    var time = "06:00"
        set(value) {
            field = value
            val (hours, minutes) = value.split(":").map { it.toLong() }
            around.elapsedMs = ((hours - 6) * 60 + minutes) * 60_000
            key.nowElapsedMs = around.elapsedMs
            stage?.setClock(SIX_MS + around.elapsedMs)
        }

    /** Waits until that is shown. */
    inline fun <reified T : Shown> sees(crossinline wanted: (T) -> Boolean = { true }): T =
        soon { model.shown.first { it is T && wanted(it) } as T }

    fun <T> soon(work: suspend () -> T): T =
        runBlocking {
            checkNotNull(withTimeoutOrNull(20_000) { work() }) {
                "still ${model.shown.value}, ${model.problem.value}"
            }
        }

    /** What the service does: a fix, recorded. */
    fun isSeen() = soon { holder.call { it.onFix(Reading(around.now(), around.fix)) }.also { holder.tell() } }

    /** What the window does: the platform asks, and he says yes. */
    fun allows(permission: Permission) {
        model.asks(permission)
        around.allowed += permission.kind
    }

    /** Waits until the app sends nothing any more: a sync holds on to the phone. */
    fun isQuiet() = soon { while (runCatching { holder.sync(around.now()) }.isFailure) delay(50) }

    private var isClosed = false

    /** The app is ended; once more is nothing. */
    override fun close() {
        if (isClosed) return
        isClosed = true
        scope.cancel()
        holder.close()
    }
}

/** What a test's phone gives. */
class Around(
    override val platform: Platform,
) : Surroundings {
    @Volatile var elapsedMs = 0L

    @Volatile var databaseKey = ByteArray(32) { 5 }

    /** What is allowed of all that may be. */
    val allowed = PermissionKind.entries.toMutableSet()

    /** At the first customer of the story's rep. */
    @Volatile var fix: Fix? =
        Fix(40_672_019_037, -73_978_009_166, 8_000, 500, Provider.GPS, 11u, 0, false, false, false)
    override var hasAgreed = false
    override var asked = emptySet<PermissionKind>()
    override var stream: String? = null
    override val isPlaceOn = true
    override val device = Device("android", "JVM", "0.1.0")
    override val grade = Grade.SOFTWARE

    override fun now() = Stamp(SIX_MS + elapsedMs, elapsedMs, "e70bc0190530e13b")

    /** How often the place was asked for. */
    @Volatile var asks = 0

    /** A place takes its time, until it is let come. */
    @Volatile var comes = CompletableDeferred(Unit)

    override val minutes = MutableSharedFlow<Unit>()

    override suspend fun here(): Reading {
        asks++
        comes.await()
        return Reading(now(), fix)
    }

    override fun permissions() =
        PermissionKind.entries.map { kind ->
            val state = if (kind in allowed) PermissionState.ALLOWED else PermissionState.MISSING
            Permission(kind, state)
        }

    /** Why no key can be kept. */
    @Volatile var refusal: PhoneException? = null

    override fun keep(databaseKey: ByteArray) {
        refusal?.let { throw it }
        this.databaseKey = databaseKey
    }
}

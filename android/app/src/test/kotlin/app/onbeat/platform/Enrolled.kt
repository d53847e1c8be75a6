package app.onbeat.platform

import app.onbeat.phone.SoftwareKey
import app.onbeat.phone.Stage
import kotlinx.coroutines.runBlocking
import uniffi.onbeat_core.Device
import uniffi.onbeat_core.Grade
import uniffi.onbeat_core.Phone
import uniffi.onbeat_core.Stamp
import java.io.File
import java.nio.file.Files

private fun property(name: String) = checkNotNull(System.getProperty(name)) { "run by `cargo xtask test kotlin`" }

/** A phone that a real server enrolled, once for all tests: each opens a copy of its folder. */
object Enrolled {
    const val BOOT = "00000000000000b1"

    /** 08:00 to 16:30 in New York, on the day of `tests/stories`. */
    const val OPENS_MS = 1_778_587_200_000
    const val CLOSES_MS = OPENS_MS + 510 * 60_000

    /** When the phone of the tests was switched on: time since boot counts from here. */
    const val BOOTED_MS = OPENS_MS - 3_600_000
    val dbKey = ByteArray(32) { 5 }

    private val root = Files.createTempDirectory("onbeat").toFile().also { it.deleteOnExit() }
    private val stage by lazy {
        val day = File(property("onbeat.stories"), "day.ndjson")
        val enrols = File(root, "enrol.ndjson").apply { writeText(day.readLines().first() + "\n") }
        Stage(File(property("onbeat.programs")), enrols, File(root, "stage"))
    }

    private const val ENROLLED_MS = OPENS_MS - 30 * 60_000
    private val at = Stamp(ENROLLED_MS, ENROLLED_MS - BOOTED_MS, BOOT)

    /** The rep was not asked about his place yet. */
    private val unasked by lazy {
        val folder = File(root, "enrolled")
        stage.setClock(ENROLLED_MS)
        open(folder).use { phone ->
            phone.enrol(stage.link, Grade.SOFTWARE, Device("android", "JVM", "0.1.0"))
            runBlocking { check(phone.sync(at).problems.isEmpty()) }
        }
        folder
    }

    /** He agreed that it is recorded. */
    private val agreed by lazy {
        val folder = File(root, "agreed")
        unasked.copyRecursively(folder)
        open(folder).use { phone ->
            phone.answerLocation(at, true)
            runBlocking { check(phone.sync(at).problems.isEmpty()) }
        }
        folder
    }

    fun copyTo(
        folder: File,
        hasAnswered: Boolean,
    ) = folder.apply { check((if (hasAnswered) agreed else unasked).copyRecursively(this, overwrite = true)) }

    fun open(folder: File): Phone = Phone.open(folder.apply { mkdirs() }.path, dbKey, SoftwareKey(folder))

    fun setServerClock(atMs: Long) = stage.setClock(atMs)
}

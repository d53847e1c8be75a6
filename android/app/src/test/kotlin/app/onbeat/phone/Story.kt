package app.onbeat.phone

import uniffi.onbeat_core.Phone
import java.io.File
import java.nio.file.Files
import kotlin.system.exitProcess

private val DB_KEY = ByteArray(32) { 5 }

internal fun property(name: String) =
    File(checkNotNull(System.getProperty(name)) { "run by `cargo xtask test kotlin`" })

/** The day of the script by the app's phone, beside a real server: its log must be that of the phone of Rust. */
fun playStory(folder: File) {
    val script = File(property("onbeat.stories"), "day.ndjson")
    Stage(property("onbeat.programs"), script, File(folder, "stage")).use { stage ->
        val own = File(folder, "phone").apply { mkdirs() }
        val key = SoftwareKey(own)
        val phone = Script(script).play(stage, key) { Phone.open("$own", DB_KEY, key) }
        val export = File(own, "log.ndjson").apply { writeText(phone.exportOwn()) }
        stage.check(export)
    }
}

/** By itself: for classes that R8 shrank, which takes no test's name with a comma. */
fun main() {
    val folder = Files.createTempDirectory("story").toFile()
    try {
        playStory(folder)
    } finally {
        folder.deleteRecursively()
    }
    // The phone's thread would go on waiting for calls.
    exitProcess(0)
}

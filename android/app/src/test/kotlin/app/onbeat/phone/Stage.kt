package app.onbeat.phone

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put
import java.io.File

/** The program `stage`: a real server around the phone, and a phone of Rust to compare with. */
class Stage(
    programs: File,
    script: File,
    folder: File,
) : AutoCloseable {
    private val process =
        ProcessBuilder("$programs/stage", "--script", "$script", "--dir", "$folder")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
    private val commands = process.outputStream.bufferedWriter()
    private val answers = process.inputStream.bufferedReader()

    /** What the phone is enrolled by. */
    val link = answer().getValue("link").jsonPrimitive.content

    fun setClock(atMs: Long) {
        ask {
            put("do", "clock")
            put("at_ms", atMs)
        }
    }

    /** Holds a phone's copy of its log against that of Rust, and has it verified. */
    fun check(export: File) {
        ask {
            put("do", "check")
            put("export", "$export")
        }
    }

    /** `onbeat …` beside the server; what it says. */
    fun onbeat(vararg arguments: String): String {
        val said =
            ask {
                put("do", "onbeat")
                put("arguments", JsonArray(arguments.map(::JsonPrimitive)))
            }
        return said.getValue("said").jsonPrimitive.content
    }

    /** A new link for the same rep, by what else `onbeat enrol` is told. */
    fun newLink(
        rep: String,
        vararg more: String,
    ): String {
        val said = onbeat("enrol", rep, "--format", "json", *more)
        return Json
            .parseToJsonElement(said)
            .jsonObject
            .getValue("link")
            .jsonPrimitive.content
    }

    private fun ask(command: JsonObjectBuilder.() -> Unit): JsonObject {
        commands.write("${buildJsonObject(command)}\n")
        commands.flush()
        return answer()
    }

    private fun answer(): JsonObject {
        val line = checkNotNull(answers.readLine()) { "the stage has ended: it says why above" }
        val answer = Json.parseToJsonElement(line).jsonObject
        return checkNotNull(answer["ok"]) { "the stage refuses: ${answer["error"]}" }.jsonObject
    }

    override fun close() {
        commands.close()
        process.waitFor()
    }
}

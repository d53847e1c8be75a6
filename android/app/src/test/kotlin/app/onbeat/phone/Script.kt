package app.onbeat.phone

import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import uniffi.onbeat_core.Cause
import uniffi.onbeat_core.Device
import uniffi.onbeat_core.Fix
import uniffi.onbeat_core.Grade
import uniffi.onbeat_core.Outcome
import uniffi.onbeat_core.Phone
import uniffi.onbeat_core.Provider
import uniffi.onbeat_core.Reading
import uniffi.onbeat_core.Report
import uniffi.onbeat_core.Stamp
import java.io.File
import java.util.Base64

/** The day of `tests/stories/day.ndjson`, played by the app's phone; its reader in Rust says what a line means. */
class Script(
    file: File,
) {
    private val lines = file.readLines().map { Json.parseToJsonElement(it).jsonObject }

    /** Plays it; [open] opens the phone's folder. */
    fun play(
        stage: Stage,
        key: SoftwareKey,
        open: () -> Phone,
    ): Phone {
        var phone = PhoneHolder(open)
        var visit = ""
        for (line in lines) {
            val reading = line.reading()
            key.nowElapsedMs = reading.at.elapsedMs
            runBlocking {
                when (line.text("do")) {
                    "enrol" -> {
                        stage.setClock(reading.at.atMs)
                        phone.call { it.enrol(stage.link, Grade.SOFTWARE, Device("android", "JVM", "0.1.0")) }
                    }

                    "sync" -> {
                        stage.setClock(reading.at.atMs)
                        val report = phone.sync(reading.at)
                        check(report.problems.isEmpty()) { "sync: ${report.problems}" }
                    }

                    "reopen" -> {
                        phone.close()
                        phone = PhoneHolder(open)
                    }

                    "check_in" -> {
                        visit = phone.call { it.checkIn(reading, line.text("customer"), line.text("purpose")) }
                    }

                    "fix" -> {
                        phone.call { it.onFix(reading) }
                    }

                    "cause" -> {
                        phone.call { it.cause(reading.at, Cause.valueOf(line.code("cause"))) }
                    }

                    "still" -> {
                        phone.call {
                            it.onStill(reading.at, line.number("from_elapsed_ms"), line.number("to_elapsed_ms"))
                        }
                    }

                    else -> {
                        phone.call { it.perform(line.act(visit), reading) }
                    }
                }
            }
        }
        return runBlocking { phone.call { it } }
    }
}

private fun JsonObject.act(visit: String): Act =
    when (val act = text("do")) {
        "sign_in" -> {
            Act.SignIn
        }

        "check_out" -> {
            Act.CheckOut(Report(visit, "", "", "", "", Outcome.MET))
        }

        "report" -> {
            Act.SaveReport(getValue("report").jsonObject.report(visit))
        }

        "photo" -> {
            Act.AddPhoto(visit, Base64.getUrlDecoder().decode(text("bytes_b64")))
        }

        "break_start" -> {
            Act.StartBreak
        }

        "break_end" -> {
            Act.EndBreak
        }

        "private_start" -> {
            Act.StartPrivate
        }

        "private_end" -> {
            Act.EndPrivate
        }

        else -> {
            error("the script says $act, which this phone does not know")
        }
    }

private fun JsonObject.report(visit: String) =
    Report(
        visit,
        text("purpose"),
        text("content"),
        text("feedback"),
        text("next_step"),
        Outcome.valueOf(code("outcome")),
    )

private fun JsonObject.reading(): Reading {
    val at = getValue("at").jsonObject
    val fix = get("fix")?.takeIf { it != JsonNull }?.jsonObject
    return Reading(Stamp(at.number("at_ms"), at.number("elapsed_ms"), at.text("boot")), fix?.fix())
}

private fun JsonObject.fix() =
    Fix(
        latE9 = number("lat_e9"),
        lonE9 = number("lon_e9"),
        accuracyMm = number("accuracy_mm"),
        ageMs = number("age_ms"),
        provider = Provider.valueOf(code("provider")),
        satellites = get("satellites")?.jsonPrimitive?.int?.toUInt(),
        speedMmS = get("speed_mm_s")?.jsonPrimitive?.long,
        simulated = flag("simulated"),
        approximate = flag("approximate"),
        still = flag("still"),
    )

private fun JsonObject.text(name: String) = getValue(name).jsonPrimitive.content

private fun JsonObject.code(name: String) = text(name).uppercase()

private fun JsonObject.number(name: String) = getValue(name).jsonPrimitive.long

private fun JsonObject.flag(name: String) = get(name)?.jsonPrimitive?.boolean ?: false

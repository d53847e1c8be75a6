package app.onbeat.screens

import uniffi.onbeat_core.Device
import uniffi.onbeat_core.Diagnosis
import uniffi.onbeat_core.Exit
import uniffi.onbeat_core.ExitReason
import uniffi.onbeat_core.Grade
import uniffi.onbeat_core.SignsShown
import kotlin.math.abs

/** How the phone fares: what core knows of itself, and what the platform lets it do. */
data class Checkup(
    val core: Diagnosis,
    val device: Device,
    val permissions: List<Permission>,
    val isPlaceOn: Boolean,
    /** In which zone its times are said. */
    val zone: String,
)

/** Whether the phone may do its work. */
fun Checkup.mayWork(words: Words): List<Fact> {
    val switch = words.say(if (isPlaceOn) Word.SWITCHED_ON else Word.SWITCHED_OFF)
    val allowed = permissions.map { Fact(words.say(it.kind.title), words.say(it.state.word)) }
    return listOf(Fact(words.say(Word.PLACE_SWITCH), switch)) + allowed
}

/** What was done last, and what waits. */
fun Checkup.didLast(words: Words): List<Fact> {
    val never = words.say(Word.NEVER)

    fun at(ms: Long?) = ms?.let { dateTimeOf(it, zone) } ?: never
    val reference = core.reference?.let { Fact(words.say(Word.REFERENCE), it) }
    return listOfNotNull(
        Fact(words.say(Word.LAST_FIX), at(core.lastFixMs)),
        Fact(words.say(Word.LAST_SYNC), at(core.lastSyncMs)),
        core.heads?.let { Fact(words.say(Word.WAITS), "${it.waiting}") },
        reference,
    ) + core.problems.map { Fact(words.say(Word.SYNC_PROBLEMS), "${it.code}: ${it.message}") }
}

/** The newest starts: when, what began them, and how the process before ended. */
fun Checkup.started(words: Words): List<Fact> =
    core.starts.map { (atMs, start) ->
        val exit = start.exit?.let { words.say(Word.BETWEEN) + words.ended(it, zone) }.orEmpty()
        Fact(words.started(atMs, start.dueMs, zone), words.say(Word.valueOf("START_${start.by.name}")) + exit)
    }

val Grade.word: Word
    get() = Word.valueOf("GRADE_$name")

val ExitReason.word: Word
    get() = Word.valueOf("EXIT_$name")

/** When, why, and the platform's own words where it has any. */
private fun Words.ended(
    exit: Exit,
    zone: String,
): String {
    val own = exit.words?.let { " ($it)" }.orEmpty()
    return say(Word.START_EXIT, dateTimeOf(exit.atMs, zone), say(exit.why.word)) + own
}

/** A start that was due is on time within a minute. */
private fun Words.started(
    atMs: Long,
    dueMs: Long?,
    zone: String,
): String {
    val at = dateTimeOf(atMs, zone)
    return when {
        dueMs == null -> at
        abs(atMs - dueMs) < 60_000 -> say(Word.START_ON_TIME, at)
        else -> say(Word.START_LATE, at, timeOf(dueMs, zone))
    }
}

/** Which phone it is, and of which version. */
fun Checkup.whichPhone(words: Words): List<Fact> =
    listOfNotNull(
        Fact(words.say(Word.ENGINE), core.engine),
        Fact(words.say(Word.VERSION), device.app),
        Fact(words.say(Word.MODEL), device.model),
        core.server?.let { Fact(words.say(Word.SERVER), it) },
        core.heads?.let { Fact(words.say(Word.STREAM), it.stream) },
        core.heads?.let { Fact(words.say(Word.KEY_GRADE), words.say(it.grade.word)) },
        core.signs?.let { Fact(words.say(Word.PHONE_SHOWS), words.shows(it)) },
        Fact(words.say(Word.DATABASE), words.say(Word.KIBIBYTES, core.fileBytes.toLong() / 1024)),
        core.setAside?.let { Fact(words.say(Word.SET_ASIDE), it) },
    )

/** How it stands, and what was seen. */
private fun Words.shows(signs: SignsShown): String {
    val seen = signs.signs.map { say(Word.valueOf("SIGN_${it.name}")) }
    return (listOf(say(Word.valueOf("INTEGRITY_${signs.integrity.name}"))) + seen).joinToString(say(Word.BETWEEN))
}

/** The same as one text, for the help desk. */
fun Checkup.toText(words: Words): String =
    (
        mayWork(
            words,
        ) + didLast(words) + started(words) + whichPhone(words)
    ).joinToString("\n") { "${it.name}: ${it.value}" }

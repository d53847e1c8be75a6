package app.onbeat.screens

import uniffi.onbeat_core.Device
import uniffi.onbeat_core.Diagnosis

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
        Fact(words.say(Word.LAST_SYNC), at(core.lastSyncMs)),
        core.heads?.let { Fact(words.say(Word.WAITS), "${it.waiting}") },
        reference,
    )
}

/** Which phone it is, and of which version. */
fun Checkup.whichPhone(words: Words): List<Fact> =
    listOfNotNull(
        Fact(words.say(Word.ENGINE), core.engine),
        Fact(words.say(Word.VERSION), device.app),
        Fact(words.say(Word.MODEL), device.model),
        core.server?.let { Fact(words.say(Word.SERVER), it) },
        core.heads?.let { Fact(words.say(Word.STREAM), it.stream) },
        core.heads?.let { Fact(words.say(Word.KEY_GRADE), it.grade.name.lowercase()) },
        Fact(words.say(Word.DATABASE), words.say(Word.KIBIBYTES, core.fileBytes.toLong() / 1024)),
        core.setAside?.let { Fact(words.say(Word.SET_ASIDE), it) },
    )

/** The same as one text, for the help desk. */
fun Checkup.toText(words: Words): String =
    (mayWork(words) + didLast(words) + whichPhone(words)).joinToString("\n") { "${it.name}: ${it.value}" }

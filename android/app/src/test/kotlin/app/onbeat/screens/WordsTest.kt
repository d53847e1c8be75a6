package app.onbeat.screens

import uniffi.onbeat_core.ExceptionKind
import uniffi.onbeat_core.ExitReason
import uniffi.onbeat_core.FindingKind
import uniffi.onbeat_core.FindingState
import uniffi.onbeat_core.Grade
import uniffi.onbeat_core.Integrity
import uniffi.onbeat_core.Language
import uniffi.onbeat_core.Outcome
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Sign
import uniffi.onbeat_core.SignException
import uniffi.onbeat_core.StartedBy
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

class WordsTest {
    private val english = XmlWords(Language.EN)
    private val chinese = XmlWords(Language.ZH)

    @Test
    fun `both languages have every word, and none is left over`() {
        val wanted = Word.entries.map { it.name.lowercase() }.toSet()
        assertEquals(wanted, english.all.keys)
        assertEquals(wanted, chinese.all.keys)
    }

    @Test
    fun `a word has the same blanks in both languages`() {
        val blanks = Regex("%\\d\\$(\\.\\d)?[a-z]")

        fun of(words: String) =
            blanks
                .findAll(words)
                .map { it.value }
                .sorted()
                .toList()
        english.all.forEach { (name, words) -> assertEquals(of(words), of(chinese.all.getValue(name)), name) }
    }

    @Test
    fun `every code of core has its word`() {
        FindingKind.entries.forEach { assertTrue(english.say(it.word).isNotEmpty()) }
        FindingState.entries.forEach { assertTrue(english.say(it.word).isNotEmpty()) }
        Outcome.entries.forEach { assertTrue(english.say(Word.valueOf("OUTCOME_${it.name}")).isNotEmpty()) }
        ExceptionKind.entries.forEach { assertTrue(english.say(it.word).isNotEmpty()) }
        Integrity.entries.forEach { assertTrue(english.say(Word.valueOf("INTEGRITY_${it.name}")).isNotEmpty()) }
        Sign.entries.forEach { assertTrue(english.say(Word.valueOf("SIGN_${it.name}")).isNotEmpty()) }
        ExitReason.entries.forEach { assertTrue(english.say(it.word).isNotEmpty()) }
        Grade.entries.forEach { assertTrue(english.say(it.word).isNotEmpty()) }
        StartedBy.entries.forEach { assertTrue(english.say(Word.valueOf("START_${it.name}")).isNotEmpty()) }
    }

    @Test
    fun `what failed is said by its code`() {
        val words =
            mapOf(
                PhoneException.Network("no route") to Word.PROBLEM_NETWORK,
                PhoneException.Sign(SignException.Locked()) to Word.PROBLEM_LOCKED,
                PhoneException.Sign(SignException.KeyGone()) to Word.PROBLEM_KEY_GONE,
                PhoneException.Sign(SignException.Failed("no answer")) to Word.PROBLEM_OTHER,
                PhoneException.Refused("too_often", "wait a little") to Word.PROBLEM_REFUSED,
            )
        words.forEach { (error, word) -> assertEquals(word, error.problem().word) }
        val refused = PhoneException.Refused("too_often", "wait a little")
        assertEquals("too_often", refused.code())
        assertEquals("the server refused: too_often: wait a little", refused.problem().details)
    }

    @Test
    fun `distances and durations are said in round numbers`() {
        val cases =
            listOf(
                english.distance(340_400) to "340\u00a0m",
                english.distance(-340_600) to "341\u00a0m",
                english.distance(12_340_000) to "12.3\u00a0km",
                english.duration(29) to "0\u00a0min",
                english.duration(3_599) to "1\u00a0h\u00a00\u00a0min",
                chinese.duration(7_890) to "2\u00a0小时\u00a012\u00a0分钟",
            )
        cases.forEach { (said, wanted) -> assertEquals(wanted, said) }
    }
}

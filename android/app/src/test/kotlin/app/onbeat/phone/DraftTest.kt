package app.onbeat.phone

import uniffi.onbeat_core.Outcome
import kotlin.test.Test
import kotlin.test.assertEquals

class DraftTest {
    @Test
    fun `a draft comes back as it was kept`() {
        val cases =
            listOf(
                Draft(),
                Draft("理货", "一行\n两行", "", "明天", Outcome.CLOSED),
                Draft(content = "a, b; c\t\"d\""),
            )
        cases.forEach { assertEquals(it, Draft.of(it.toText())) }
    }

    @Test
    fun `words that are no draft are not lost`() {
        assertEquals(Draft(content = "half a thought"), Draft.of("half a thought"))
    }
}

package app.onbeat.phone

import uniffi.onbeat_core.Outcome
import uniffi.onbeat_core.Report

/** A report as far as it is written. Core keeps it as one text, never sends it, and drops it with the report. */
data class Draft(
    val purpose: String = "",
    val content: String = "",
    val feedback: String = "",
    val nextStep: String = "",
    val outcome: Outcome = Outcome.MET,
) {
    fun toText() = listOf(purpose, content, feedback, nextStep, outcome.name).joinToString("$BETWEEN")

    fun toReport(visit: String) = Report(visit, purpose, content, feedback, nextStep, outcome)

    companion object {
        /** ASCII's unit separator: no keyboard types it. */
        private const val BETWEEN = '\u001f'

        /** Of a kept text; what can't be read is all taken for content, since words must not get lost. */
        fun of(text: String): Draft {
            val fields = text.split(BETWEEN)
            val outcome = Outcome.entries.find { it.name == fields.getOrNull(4) } ?: return Draft(content = text)
            return Draft(fields[0], fields[1], fields[2], fields[3], outcome)
        }

        /** What was reported before, to be mended. */
        fun of(report: Report) = Draft(report.purpose, report.content, report.feedback, report.nextStep, report.outcome)
    }
}

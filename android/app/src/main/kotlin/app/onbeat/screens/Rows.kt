package app.onbeat.screens

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import uniffi.onbeat_core.Finding
import uniffi.onbeat_core.FindingKind
import uniffi.onbeat_core.FindingState
import uniffi.onbeat_core.VisitView

/** The customer's name, or the id of one who is no longer the rep's. */
val VisitView.shownName: String
    get() = customerName ?: customer

val FindingKind.word: Word
    get() = Word.valueOf("KIND_$name")

val FindingState.word: Word
    get() = Word.valueOf("STATE_$name")

/** Something in a list that opens when it is tapped. */
@Composable
fun ListRow(
    title: String,
    more: String,
    open: () -> Unit,
) {
    Column(
        Modifier
            .fillMaxWidth()
            .heightIn(min = 48.dp)
            .clickable(role = Role.Button, onClick = open)
            .padding(vertical = 4.dp),
        Arrangement.Center,
    ) {
        Text(title, style = MaterialTheme.typography.bodyLarge)
        Soft(more)
    }
}

@Composable
fun FindingRow(
    finding: Finding,
    zone: String,
    go: (Destination) -> Unit,
) {
    val time = say(Word.FROM_TO, timeOf(finding.fromMs, zone), timeOf(finding.toMs, zone))
    ListRow(say(finding.kind.word), time + say(Word.BETWEEN) + say(finding.state.word)) {
        go(Destination.Finding(finding.id))
    }
}

@Composable
fun Visits(
    visits: List<VisitView>,
    zone: String,
    open: (VisitView) -> Unit,
) {
    if (visits.isEmpty()) return
    Panel(say(Word.VISITS)) { visits.forEach { VisitRow(it, zone) { open(it) } } }
}

@Composable
private fun VisitRow(
    visit: VisitView,
    zone: String,
    open: () -> Unit,
) {
    val toMs = visit.toMs
    val from = timeOf(visit.fromMs, zone)
    val time = if (toMs == null) say(Word.SINCE, from) else say(Word.FROM_TO, from, timeOf(toMs, zone))
    val report = say(if (visit.report == null) Word.NO_REPORT_YET else Word.REPORTED)
    ListRow(visit.shownName, time + say(Word.BETWEEN) + report, open)
}

package app.onbeat.screens

import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import uniffi.onbeat_core.said

/** What only other apps and the platform can do. A null button is not shown. */
data class Outside(
    val ways: Ways,
    val scan: (() -> Unit)?,
    val photograph: ((String) -> Unit)?,
    val export: () -> Unit,
    val leave: () -> Unit,
)

/** The app: the screen of what is shown. */
@Composable
fun App(
    model: AppModel,
    outside: Outside,
) {
    val shown by model.shown.collectAsState()
    val home = { model.go(Destination.Today) }
    when (val now = shown) {
        Shown.Starting -> {
            Unit
        }

        Shown.Welcome -> {
            WelcomeScreen(model::agree, outside.leave)
        }

        is Shown.Enrolling -> {
            EnrolScreen(now.isBusy, now.problem, model::enrol, outside.scan)
        }

        is Shown.Day -> {
            TodayScreen(now.today, model::act, model::go)
        }

        is Shown.OneVisit -> {
            val photograph = outside.photograph?.let { take -> { take(now.visit.visit) } }
            VisitScreen(now.visit, now.zone, now.draft, model::change, model::act, photograph, home)
        }

        is Shown.Customers -> {
            CustomersScreen(now.near, now.wanted, model::search, model::act, outside.ways, home)
        }

        is Shown.MyRecords -> {
            RecordsScreen(now.records, model::show, model::go, outside.export, home)
        }

        is Shown.OneFinding -> {
            val sentences = said(now.explained.explanation, LocalWords.current.language)
            FindingScreen(now.explained, sentences, model::act, home)
        }

        is Shown.Failed -> {
            Screen(say(Word.SORRY), home) {
                ProblemSaid(now.problem)
                MainButton(say(Word.TRY_AGAIN), act = model::sync)
            }
        }
    }
}

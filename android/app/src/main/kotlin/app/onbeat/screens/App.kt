package app.onbeat.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import uniffi.onbeat_core.said
import java.time.ZoneId

/** What only other apps and the platform can do. A null button is not shown. */
data class Outside(
    val ways: Ways,
    val ask: (PermissionKind) -> Unit,
    val scan: (() -> Unit)?,
    val photograph: ((String) -> Unit)?,
    val export: () -> Unit,
    val leave: () -> Unit,
    val copy: (String) -> Unit,
    val battery: BatteryRules?,
    val about: About,
)

/** The app: the screen of what is shown, and above it what was not done. */
@Composable
fun App(
    model: AppModel,
    outside: Outside,
) {
    val shown by model.shown.collectAsState()
    val problem by model.problem.collectAsState()
    val underWay by model.underWay.collectAsState()
    CompositionLocalProvider(LocalUnderWay provides underWay) {
        Column {
            problem?.let { NotDone(it, model::dismiss) }
            Shows(shown, model, outside)
        }
    }
}

@Composable
private fun Shows(
    shown: Shown,
    model: AppModel,
    outside: Outside,
) {
    when (shown) {
        is Gate -> {
            Gates(shown, model, outside)
        }

        is Shown.Day -> {
            TodayScreen(shown.today, model::act, model::go, outside.export, model::leave, shown.lacks)
        }

        is Shown.OneVisit -> {
            val photograph = outside.photograph?.let { take -> { take(shown.shown.visit.visit) } }
            VisitScreen(shown.shown, model::change, model::finish, photograph, model::back)
        }

        is Shown.Customers -> {
            CustomersScreen(shown.near, shown.wanted, model::search, model::finish, outside.ways, model::back)
        }

        is Shown.Recorded -> {
            RecordsScreen(shown.records, model::go, outside.export, model::back)
        }

        is Shown.OneFinding -> {
            val sentences = said(shown.explained.explanation, LocalWords.current.language)
            FindingScreen(shown.explained, sentences, model::act, model::finish, model::back)
        }

        is Shown.Ground -> {
            MapScreen(shown.map, model::finish, outside.ways, model::back)
        }

        is Shown.Settings -> {
            val withdraw = { model.answerPlace(agrees = false) }
            SettingsScreen(shown, withdraw, outside.about, model::go, outside.export, model::back)
        }

        Shown.Kept -> {
            KeptScreen(model::back)
        }

        is Shown.Diagnosed -> {
            DiagnosisScreen(shown.checkup, outside.battery, outside.copy, model::back)
        }
    }
}

@Composable
private fun Gates(
    shown: Gate,
    model: AppModel,
    outside: Outside,
) {
    when (shown) {
        Shown.Starting -> {
            Unit
        }

        Shown.Welcome -> {
            WelcomeScreen(model::agree, outside.leave)
        }

        is Shown.Enrolling -> {
            EnrolScreen(shown.isBusy, shown.problem, model::enrol, outside.scan)
        }

        is Shown.Recovering -> {
            RecoverScreen(shown.isBusy, shown.problem, model::recover, outside.scan)
        }

        is Shown.AskingPlace -> {
            PlaceScreen(shown.notice, { model.answerPlace(agrees = true) }, model::notNow)
        }

        is Shown.Permitting -> {
            val permission = shown.permission
            val ask = {
                model.asks(permission)
                outside.ask(permission.kind)
            }
            PermissionScreen(permission, ask, { model.notNow(permission) })
        }

        Shown.Wiped -> {
            ReleasedScreen(model::beginAnew)
        }

        is Shown.Failed -> {
            val zone = ZoneId.systemDefault().id
            Stopped(shown.problem, shown.againMs, zone, model::again) { model.go(Destination.Diagnosis) }
        }
    }
}

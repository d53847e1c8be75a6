package app.onbeat.screens

import androidx.compose.runtime.Composable
import uniffi.onbeat_core.LocationAnswer

/** Who answers for the app, as it was built; what is empty is not shown. */
data class About(
    val version: String,
    val operator: String,
    /** The number of the app's filing in China. */
    val filing: String,
    /** Opens the operator's privacy policy; none where it was built without. */
    val policy: (() -> Unit)?,
)

/** What the rep allowed, what is kept of him, and who answers for the app. */
@Composable
fun SettingsScreen(
    shown: Shown.Settings,
    withdraw: () -> Unit,
    about: About,
    go: (Destination) -> Unit,
    export: () -> Unit,
    back: () -> Unit,
) {
    Screen(say(Word.SETTINGS), back) {
        PlacePanel(shown.place, withdraw, go)
        if (shown.permissions.isNotEmpty()) {
            Panel(say(Word.PERMISSIONS)) {
                shown.permissions.forEach {
                    ListRow(say(it.kind.title), say(it.state.word)) { go(Destination.Permit(it.kind)) }
                }
            }
        }
        Panel(say(Word.YOURS)) {
            ListRow(say(Word.KEPT_OF_ME), say(Word.KEPT_OF_ME_MORE)) { go(Destination.Kept) }
            ListRow(say(Word.EXPORT), say(Word.EXPORT_WHAT), export)
        }
        Panel(say(Word.HELP)) {
            ListRow(say(Word.DIAGNOSIS), say(Word.DIAGNOSIS_MORE)) { go(Destination.Diagnosis) }
        }
        AboutPanel(about)
    }
}

/** What the rep answered, and how he changes it. */
@Composable
private fun PlacePanel(
    place: LocationAnswer,
    withdraw: () -> Unit,
    go: (Destination) -> Unit,
) {
    Panel(say(Word.PLACE)) {
        if (place == LocationAnswer.AGREED) {
            Soft(say(Word.PLACE_AGREED))
            SideBySide {
                QuietButton(say(Word.PLACE_READ)) { go(Destination.Place) }
                QuietButton(say(Word.PLACE_WITHDRAW), act = withdraw)
            }
        } else {
            Soft(say(Word.PLACE_REFUSED))
            QuietButton(say(Word.PLACE_GIVE)) { go(Destination.Place) }
        }
    }
}

@Composable
private fun AboutPanel(about: About) {
    Panel(say(Word.ABOUT)) {
        if (about.operator.isNotEmpty()) Told(Fact(say(Word.OPERATOR), about.operator))
        if (about.filing.isNotEmpty()) Told(Fact(say(Word.FILING), about.filing))
        Told(Fact(say(Word.VERSION), about.version))
        about.policy?.let { QuietButton(say(Word.PRIVACY_POLICY), act = it) }
    }
}

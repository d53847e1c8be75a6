package app.onbeat.screens

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable

/** The rep agreed that his place is recorded, but the phone does not show it, or only roughly. */
@Composable
fun PlaceLacking(
    place: Permission,
    go: (Destination) -> Unit,
) {
    val isRough = place.state == PermissionState.ROUGHLY
    Panel(say(place.kind.title), MaterialTheme.colorScheme.tertiaryContainer) {
        Text(
            say(if (isRough) Word.PLACE_ROUGHLY else Word.PLACE_MISSING),
            style = MaterialTheme.typography.bodyMedium,
        )
        QuietButton(say(Word.ALLOW)) { go(Destination.Permit(place.kind)) }
    }
}

package app.onbeat.screens

import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.LocalContentColor
import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.compositionLocalOf
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.stateDescription
import androidx.compose.ui.unit.dp
import app.onbeat.phone.Act

/** What is being done now: it may wait for a place, and its button says so. */
val LocalUnderWay = compositionLocalOf { emptySet<Act>() }

@Composable
@ReadOnlyComposable
fun isUnderWay(act: Act): Boolean = act in LocalUnderWay.current

/** What a button says to who does not see its sign. */
@Composable
fun Modifier.underWay(isSo: Boolean): Modifier {
    if (!isSo) return this
    val words = say(Word.UNDER_WAY)
    return semantics {
        stateDescription = words
        liveRegion = LiveRegionMode.Polite
    }
}

/** Stands before the words of a button whose act is under way. */
@Composable
fun UnderWaySign() {
    CircularProgressIndicator(
        Modifier.padding(end = 8.dp).size(18.dp).clearAndSetSemantics {},
        color = LocalContentColor.current,
        strokeWidth = 2.dp,
    )
}

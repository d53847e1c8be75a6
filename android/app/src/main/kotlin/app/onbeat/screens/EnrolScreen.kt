package app.onbeat.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.input.KeyboardType

/** Enrolment by the code that the desk shows. [scan] is there where the phone has a camera. */
@Composable
fun EnrolScreen(
    isBusy: Boolean,
    problem: Problem?,
    enrol: (String) -> Unit,
    scan: (() -> Unit)?,
) {
    Screen(say(Word.ENROL)) {
        Text(say(Word.ENROL_HOW), style = MaterialTheme.typography.bodyLarge)
        LinkForm(Word.ENROL_NOW, isBusy, problem, enrol, scan)
        Soft(say(Word.ENROL_WHAT))
    }
}

/** Takes a code of the desk's: scanned, or its link pasted. */
@Composable
fun LinkForm(
    button: Word,
    isBusy: Boolean,
    problem: Problem?,
    send: (String) -> Unit,
    scan: (() -> Unit)?,
) {
    var link by rememberSaveable { mutableStateOf("") }
    if (scan != null) MainButton(say(Word.SCAN), !isBusy, act = scan)
    OutlinedTextField(
        link,
        { link = it },
        Modifier.fillMaxWidth(),
        enabled = !isBusy,
        label = { Text(say(Word.LINK)) },
        isError = problem != null,
        keyboardOptions = KeyboardOptions(keyboardType = KeyboardType.Uri),
        maxLines = 4,
    )
    if (problem != null) ProblemSaid(problem)
    if (isBusy) LinearProgressIndicator(Modifier.fillMaxWidth())
    MainButton(say(button), !isBusy && link.isNotBlank()) { send(link) }
}

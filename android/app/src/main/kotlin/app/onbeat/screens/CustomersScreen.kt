package app.onbeat.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import app.onbeat.phone.Act
import uniffi.onbeat_core.Customer
import uniffi.onbeat_core.CustomerNear

/** The rep's customers, nearest first; [search] asks core for others, and a check-in finishes it. */
@Composable
fun CustomersScreen(
    customers: List<CustomerNear>,
    wanted: String,
    search: (String) -> Unit,
    finish: (Act) -> Unit,
    ways: Ways,
    back: () -> Unit,
) {
    Screen(say(Word.CUSTOMERS), back) {
        OutlinedTextField(
            wanted,
            search,
            Modifier.fillMaxWidth(),
            label = { Text(say(Word.SEARCH)) },
            singleLine = true,
        )
        if (customers.isEmpty()) Soft(say(Word.NO_CUSTOMERS))
        customers.forEach { CustomerPanel(it, ways, finish) }
    }
}

/** What other apps do for the rep. */
data class Ways(
    val call: (String) -> Unit,
    val navigate: (Customer) -> Unit,
)

/** One customer, and what can be done for a visit. */
@Composable
fun CustomerPanel(
    near: CustomerNear,
    ways: Ways,
    finish: (Act) -> Unit,
) {
    val (customer, distanceMm) = near
    val checkIn = Act.CheckIn(customer.id, "")
    Panel {
        Text(customer.name, style = MaterialTheme.typography.titleMedium)
        if (distanceMm != null) Soft(say(Word.AWAY, LocalWords.current.distance(distanceMm)))
        SideBySide {
            QuietButton(say(Word.CHECK_IN), isBusy = isUnderWay(checkIn)) { finish(checkIn) }
            QuietButton(say(Word.NAVIGATE)) { ways.navigate(customer) }
            customer.landline?.let { number -> QuietButton(say(Word.CALL)) { ways.call(number) } }
        }
    }
}

package app.onbeat.screens

import app.onbeat.phone.Draft
import app.onbeat.phone.PhoneHolder
import uniffi.onbeat_core.LocationAnswer
import uniffi.onbeat_core.Phone
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Reading
import uniffi.onbeat_core.Today
import java.time.LocalDate
import java.time.ZoneId

/** What is to be seen at each place of the app, as core has it now. */
internal class Views(
    private val holder: PhoneHolder,
    private val around: Surroundings,
) {
    /** Where the list of customers was opened. */
    private var opened: Reading? = null

    /** Asks core; a phone that the company's data has not reached yet fetches them first. */
    suspend fun of(place: Destination): Shown =
        try {
            look(place)
        } catch (_: PhoneException.NoReference) {
            holder.sync(around.now())
            look(place)
        }

    private suspend fun look(place: Destination): Shown =
        when (place) {
            Destination.Today -> today()
            is Destination.Customers -> customers(place.wanted)
            is Destination.Records -> holder.call { Shown.MyRecords(records(it, place.day)) }
            is Destination.Visit -> holder.call { visit(it, place) }
            is Destination.Finding -> Shown.OneFinding(holder.call { it.explain(around.now(), place.id) })
            Destination.Map -> holder.call { map(it) }
            Destination.Settings -> settings()
            Destination.Place -> Shown.AskingPlace(holder.call { it.notice() })
            is Destination.Permit -> permission(place.kind)
            Destination.Kept -> Shown.Kept
            Destination.Diagnosis -> Shown.Diagnosed(holder.call { checkup(it) })
        }

    /** The day, once the rep was asked for all that it needs: one thing after the other. */
    private suspend fun today(): Shown {
        val today = holder.call { it.today(around.now()) }
        if (today.replacedMs != null) return Shown.Day(today)
        if (today.asksLocation) return Shown.AskingPlace(holder.call { it.notice() })
        return toAllow(today)?.let { Shown.Permitting(it) } ?: Shown.Day(today, placeLacking(today))
    }

    /** What the rep was not asked for yet; nothing of the place, where it is not to be recorded. */
    private fun toAllow(today: Today): Permission? {
        val isPlaced = today.location == LocationAnswer.AGREED
        return around.permissions().find {
            val isWanted = isPlaced || it.kind == PermissionKind.NOTIFICATIONS
            isWanted && it.state != PermissionState.ALLOWED && it.kind !in around.asked
        }
    }

    private fun placeLacking(today: Today): Permission? {
        if (today.location != LocationAnswer.AGREED) return null
        return around.permissions().find { it.kind == PermissionKind.PLACE && it.state != PermissionState.ALLOWED }
    }

    private fun map(phone: Phone): Shown {
        val at = around.now()
        return Shown.Ground(phone.map(at), phone.today(at).zone)
    }

    private suspend fun settings(): Shown {
        val today = holder.call { it.today(around.now()) }
        return Shown.Settings(today.location, around.permissions())
    }

    private suspend fun permission(kind: PermissionKind): Shown =
        around.permissions().find { it.kind == kind }?.let { Shown.Permitting(it) } ?: settings()

    private fun checkup(phone: Phone): Checkup {
        val zone = runCatching { phone.today(around.now()).zone }.getOrNull() ?: "${ZoneId.systemDefault()}"
        return Checkup(phone.diagnosis(), around.device, around.permissions(), around.isPlaceOn, zone)
    }

    /** Only who opens the list anew waits for a place. */
    private suspend fun customers(wanted: String?): Shown {
        val reading = opened.takeIf { wanted != null } ?: around.here().also { opened = it }
        return Shown.Customers(holder.call { it.customers(reading, wanted.orEmpty()) }, wanted.orEmpty())
    }

    private fun visit(
        phone: Phone,
        place: Destination.Visit,
    ): Shown {
        val at = around.now()
        val today = phone.today(at)
        val day = place.day?.let { phone.day(at, "$it") } ?: today.day
        val visit = day.visits.find { it.visit == place.id } ?: return Shown.Day(today)
        val draft = phone.draft(place.id)?.let { Draft.of(it) } ?: visit.report?.let { Draft.of(it) } ?: Draft()
        return Shown.OneVisit(visit, today.zone, draft)
    }

    private fun records(
        phone: Phone,
        day: LocalDate?,
    ): Records {
        val at = around.now()
        val today = phone.today(at)
        val view = if (day == null) today.day else phone.day(at, "$day")
        return Records(view, today.zone, today.nowMs, phone.looks(), phone.receipts())
    }
}

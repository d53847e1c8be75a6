package app.onbeat.screens

import app.onbeat.phone.PhoneHolder
import uniffi.onbeat_core.AppState
import uniffi.onbeat_core.LocationAnswer
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Reading
import uniffi.onbeat_core.Today
import java.time.ZoneId

/** What is to be seen at each place of the app, as core has it now. */
internal class Views(
    private val holder: PhoneHolder,
    private val around: Surroundings,
) {
    /** Where the list of customers was opened. */
    private var opened: Reading? = null

    /** Whether the last look had to ask the server. */
    var hasSynced = false
        private set

    /** Asks core; a phone that the company's data has not reached yet fetches them first. */
    suspend fun of(place: Destination): Shown {
        hasSynced = false
        return try {
            now(place)
        } catch (_: PhoneException.NoReference) {
            hasSynced = true
            fetch()
            now(place)
        }
    }

    private suspend fun fetch() {
        try {
            holder.sync(around.now())
        } catch (_: PhoneException.SyncRunning) {
            // It fetches them, and what is shown is renewed when it has ended.
            return
        }
    }

    /** When the server is asked again, a minute on at the soonest; null while core can't say. */
    suspend fun againMs(): Long? {
        val now = around.now()
        return try {
            holder.call { it.syncInS(now, AppState.AWAKE) }?.let { now.atMs + maxOf(it, SOON_S) * 1000 }
        } catch (_: PhoneException) {
            null
        }
    }

    /** As core has it, without the server. */
    suspend fun now(place: Destination): Shown {
        keepStream()
        return look(place)
    }

    /** By it a lost key of the database is asked for: it is kept as soon as there is one. */
    private suspend fun keepStream() {
        if (around.stream == null) around.stream = holder.call { it.heads().stream }
    }

    private suspend fun look(place: Destination): Shown =
        when (place) {
            Destination.Today -> today()
            is Destination.Customers -> customers(place.wanted)
            is Destination.Records -> Shown.Recorded(holder.call { it.myRecords(around.now(), place.day) })
            is Destination.Visit -> visit(place)
            is Destination.Finding -> Shown.OneFinding(holder.call { it.explain(around.now(), place.id) })
            Destination.Map -> Shown.Ground(holder.call { it.map(around.now()) })
            Destination.Settings -> settings()
            Destination.Place -> Shown.AskingPlace(holder.call { it.notice() })
            is Destination.Permit -> permission(place.kind)
            Destination.Kept -> Shown.Kept
            Destination.Diagnosis -> Shown.Diagnosed(checkup())
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

    private suspend fun settings(): Shown {
        val today = holder.call { it.today(around.now()) }
        return Shown.Settings(today.location, around.permissions())
    }

    private suspend fun permission(kind: PermissionKind): Shown =
        around.permissions().find { it.kind == kind }?.let { Shown.Permitting(it) } ?: settings()

    private suspend fun checkup(): Checkup {
        val core = holder.call { it.diagnosis() }
        val zone = core.zone ?: "${ZoneId.systemDefault()}"
        return Checkup(core, around.device, around.permissions(), around.isPlaceOn, zone)
    }

    /** Only who opens the list anew waits for a place. */
    private suspend fun customers(wanted: String?): Shown {
        val reading = opened.takeIf { wanted != null } ?: around.reading(holder).also { opened = it }
        return Shown.Customers(holder.call { it.customers(reading, wanted.orEmpty()) }, wanted.orEmpty())
    }

    /** A visit that is on that day no more leads to the day. */
    private suspend fun visit(place: Destination.Visit): Shown =
        holder.call { it.visit(around.now(), place.id, place.day) }?.let { Shown.OneVisit(it) } ?: today()

    private companion object {
        const val SOON_S = 60L
    }
}

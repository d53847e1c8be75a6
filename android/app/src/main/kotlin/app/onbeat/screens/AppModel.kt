package app.onbeat.screens

import app.onbeat.phone.Act
import app.onbeat.phone.Draft
import app.onbeat.phone.PhoneHolder
import app.onbeat.phone.perform
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.launch
import uniffi.onbeat_core.CustomerNear
import uniffi.onbeat_core.Device
import uniffi.onbeat_core.Explained
import uniffi.onbeat_core.Grade
import uniffi.onbeat_core.Phone
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Reading
import uniffi.onbeat_core.Stamp
import uniffi.onbeat_core.Today
import uniffi.onbeat_core.VisitView
import java.time.LocalDate

/** What the app shows: a view of core, and what is being written to it. */
sealed interface Shown {
    data object Starting : Shown

    data object Welcome : Shown

    data class Enrolling(
        val isBusy: Boolean,
        val problem: Problem?,
    ) : Shown

    data class Day(
        val today: Today,
    ) : Shown

    data class OneVisit(
        val visit: VisitView,
        val zone: String,
        val draft: Draft,
    ) : Shown

    data class Customers(
        val near: List<CustomerNear>,
        val wanted: String,
    ) : Shown

    data class MyRecords(
        val records: Records,
    ) : Shown

    data class OneFinding(
        val explained: Explained,
    ) : Shown

    data class Failed(
        val problem: Problem,
    ) : Shown
}

/** What the platform gives: the time, the place, who the phone is, and whether the rep agreed. */
interface Surroundings {
    var hasAgreed: Boolean
    val device: Device
    val grade: Grade

    fun now(): Stamp

    /** A fresh place, or a reading without one where none comes in time. */
    suspend fun here(): Reading
}

/** Carries taps to the phone and its views to the screen. Nothing of the phone is opened before the rep agreed. */
class AppModel(
    private val holder: PhoneHolder,
    private val around: Surroundings,
    private val scope: CoroutineScope,
) {
    private val state = MutableStateFlow<Shown>(if (around.hasAgreed) Shown.Starting else Shown.Welcome)

    /** What is shown now. */
    val shown: StateFlow<Shown> = state

    /** The app came to the front. */
    fun resume() {
        if (!around.hasAgreed || state.value is Shown.Enrolling) return
        go(Destination.Today)
        send()
    }

    fun agree() {
        around.hasAgreed = true
        go(Destination.Today)
    }

    fun enrol(link: String) {
        state.value = Shown.Enrolling(isBusy = true, problem = null)
        work({ Shown.Enrolling(isBusy = false, problem = it) }) {
            holder.call { it.enrol(link, around.grade, around.device) }
            sync()
            Shown.Starting
        }
    }

    /** Does what a button says, and shows what it changed. */
    fun act(act: Act) =
        work {
            val reading = around.here()
            holder.call { it.perform(act, reading) }
            send()
            today()
        }

    /** Sends what waits. */
    fun sync() =
        work {
            holder.sync(around.now())
            today()
        }

    fun go(to: Destination) =
        work {
            when (to) {
                Destination.Today -> today()
                Destination.Customers -> customers("")
                Destination.Records -> records(null)
                is Destination.Visit -> visit(to.id)
                is Destination.Finding -> Shown.OneFinding(holder.call { it.explain(around.now(), to.id) })
            }
        }

    fun search(wanted: String) = work { customers(wanted) }

    fun show(day: LocalDate) = work { records(day) }

    /** Keeps a report as it is typed. */
    fun change(draft: Draft) {
        val shown = state.value as? Shown.OneVisit ?: return
        state.value = shown.copy(draft = draft)
        // What can't be kept, as on a full disk, stays on the screen: the button that sends it says why.
        scope.launch { runCatching { holder.call { it.saveDraft(shown.visit.visit, draft.toText()) } } }
    }

    /** Sends quietly, where there is a network; the screen of the day says what still waits. */
    private fun send() {
        scope.launch {
            val sent = runCatching { holder.sync(around.now()) }
            if (sent.isSuccess && state.value is Shown.Day) go(Destination.Today)
        }
    }

    private suspend fun today(): Shown = Shown.Day(holder.call { it.today(around.now()) })

    private suspend fun customers(wanted: String): Shown {
        val reading = around.here()
        return Shown.Customers(holder.call { it.customers(reading, wanted) }, wanted)
    }

    private suspend fun visit(id: String): Shown =
        holder.call { phone ->
            val today = phone.today(around.now())
            val visit = today.day.visits.first { it.visit == id }
            val draft = phone.draft(id)?.let { Draft.of(it) } ?: visit.report?.let { Draft.of(it) } ?: Draft()
            Shown.OneVisit(visit, today.zone, draft)
        }

    private suspend fun records(day: LocalDate?): Shown = holder.call { Shown.MyRecords(recordsOf(it, day)) }

    private fun recordsOf(
        phone: Phone,
        day: LocalDate?,
    ): Records {
        val at = around.now()
        val today = phone.today(at)
        val view = if (day == null) today.day else phone.day(at, "$day")
        return Records(view, today.zone, today.nowMs, phone.looks(), phone.receipts())
    }

    /** Shows what comes of it; what core refuses is said in words, and [failed] shows them. */
    private fun work(
        failed: (Problem) -> Shown = { Shown.Failed(it) },
        work: suspend () -> Shown,
    ) {
        scope.launch {
            state.value =
                try {
                    work()
                } catch (_: PhoneException.NotEnrolled) {
                    Shown.Enrolling(isBusy = false, problem = null)
                } catch (error: PhoneException) {
                    failed(error.problem())
                }
        }
    }
}

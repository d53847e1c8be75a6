package app.onbeat.screens

import app.onbeat.phone.Act
import app.onbeat.phone.PhoneHolder
import app.onbeat.phone.perform
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Report
import uniffi.onbeat_core.recover

/**
 * Carries taps to the phone and its views to the screen. Nothing of the phone is opened before the rep agreed.
 *
 * [scope] has one thread: what is kept here is changed by nobody else.
 */
class AppModel(
    private val holder: PhoneHolder,
    private val around: Surroundings,
    private val scope: CoroutineScope,
) {
    private val state = MutableStateFlow<Shown>(if (around.hasAgreed) Shown.Starting else Shown.Welcome)
    private val refused = MutableStateFlow<Problem?>(null)
    private val views = Views(holder, around)
    private val where = MutableStateFlow<Destination>(Destination.Today)
    private var looking: Job? = null

    /** Acts are done one after the other, in the order of the taps: each may wait for a place. */
    private val turn = Mutex()
    private val underWay = mutableSetOf<Act>()

    /** What is shown now. */
    val shown: StateFlow<Shown> = state

    /** The place of the app that it belongs to. */
    val place: StateFlow<Destination> = where

    /** Why something was not done that the rep wanted, until he has read it: it stands above whatever is shown. */
    val problem: StateFlow<Problem?> = refused

    /** The app came to the front. */
    fun resume() {
        if (!around.hasAgreed || state.value is Shown.Enrolling || state.value is Shown.Recovering) return
        go(where.value)
        scope.launch {
            // A new phone fetches what it is to show, and one sync runs at a time.
            looking?.join()
            send()
        }
    }

    fun agree() {
        around.hasAgreed = true
        go(Destination.Today)
    }

    fun enrol(link: String) {
        state.value = Shown.Enrolling(isBusy = true, problem = null)
        scope.launch {
            try {
                around.stream =
                    holder.call {
                        it.enrol(link, around.grade, around.device)
                        it.heads().stream
                    }
                go(Destination.Today)
            } catch (error: PhoneException) {
                state.value = Shown.Enrolling(isBusy = false, problem = error.problem())
            }
        }
    }

    /** Has the database's key sent back, by a code that the desk made for this phone. */
    fun recover(link: String) {
        state.value = Shown.Recovering(isBusy = true, problem = null)
        scope.launch {
            try {
                holder.closed { around.keep(recover(link, around.stream.orEmpty(), around.platform)) }
                go(Destination.Today)
            } catch (error: PhoneException) {
                state.value = Shown.Recovering(isBusy = false, problem = error.problem())
            }
        }
    }

    /** Asks for what the rep is told of now; what he answers is seen when the app is in front again. */
    fun ask(permission: Permission) {
        around.asked += permission.kind
        permission.ask()
    }

    /** Not now: a refusal where the app asks; nothing, where the rep came to read the page. */
    fun notNow() = if (where.value == Destination.Place) back() else answerPlace(agrees = false)

    /** Goes on without. */
    fun notNow(permission: Permission) {
        around.asked += permission.kind
        back()
    }

    /** A phone that was wiped begins anew. */
    fun beginAnew() {
        scope.launch {
            holder.closed { around.stream = null }
            go(Destination.Today)
        }
    }

    /** Does what a button says, and shows what it changed. A second tap, while the first waits for a place, is none. */
    fun act(act: Act) {
        if (!underWay.add(act)) return
        does {
            try {
                val reading = around.reading(holder)
                holder.call { it.perform(act, reading) }
            } finally {
                underWay -= act
            }
        }
    }

    /** The rep agrees that his place is recorded, or does not, or no longer. */
    fun answerPlace(agrees: Boolean) {
        if (where.value == Destination.Place) where.value = Destination.Settings
        does { holder.call { it.answerLocation(around.now(), agrees) } }
    }

    /** Deletes what this phone holds, after another took its place and all has arrived. */
    fun leave() = does { holder.call { it.leave() } }

    /** One thing after the other; where it was not done, why. */
    private fun does(work: suspend () -> Unit) {
        scope.launch {
            try {
                turn.withLock { work() }
                send()
            } catch (error: PhoneException) {
                // A phone that was wiped says so by its own screen.
                if (error !is PhoneException.Wiped) refused.value = error.problem()
            }
            go(where.value)
        }
    }

    /** The rep has read it. */
    fun dismiss() {
        refused.value = null
    }

    /** Shows a place of the app; of several taps the last one counts. */
    fun go(to: Destination) {
        where.value = to
        looking?.cancel()
        looking = scope.launch { state.value = seen { views.of(to) }.withWords(state.value) }
    }

    fun back() = go(where.value.before)

    /** Searches from where the rep was when the list was opened: letters don't wait for a place. */
    fun search(wanted: String) {
        val shown = state.value as? Shown.Customers ?: return
        state.value = shown.copy(wanted = wanted)
        go(Destination.Customers(wanted))
    }

    /** Keeps a report as it is typed. */
    fun change(report: Report) {
        val visit = state.value as? Shown.OneVisit ?: return
        state.value = visit.copy(shown = visit.shown.copy(report = report))
        scope.launch {
            try {
                holder.call { it.saveDraft(report) }
            } catch (error: PhoneException) {
                // As on a full disk: what was typed stays on the screen.
                refused.value = error.problem()
            }
        }
    }

    /** Sends quietly, unless the server holds it; the screen of the day says what still waits. */
    private fun send() {
        scope.launch {
            try {
                holder.sync(around.now())
                if (state.value is Shown.Day) go(where.value)
            } catch (_: PhoneException.Wiped) {
                go(where.value)
            } catch (_: PhoneException) {
                // While another sync runs, or the disk takes nothing: the next one sends it.
                return@launch
            }
        }
    }

    /** A visit that is seen anew keeps the words that are being typed. */
    private fun Shown.withWords(before: Shown): Shown {
        if (this !is Shown.OneVisit || before !is Shown.OneVisit) return this
        val typed = before.shown.report
        return if (typed.visit == shown.report.visit) copy(shown = shown.copy(report = typed)) else this
    }

    /** A view, or what is to be done before there is one. */
    private suspend fun seen(look: suspend () -> Shown): Shown =
        try {
            look()
        } catch (_: PhoneException.NotEnrolled) {
            Shown.Enrolling(isBusy = false, problem = null)
        } catch (_: PhoneException.WrongKey) {
            Shown.Recovering(isBusy = false, problem = null)
        } catch (_: PhoneException.Wiped) {
            Shown.Wiped
        } catch (error: PhoneException.NoReference) {
            Shown.Failed(error.problem(), views.againMs())
        } catch (error: PhoneException) {
            Shown.Failed(error.problem())
        }
}

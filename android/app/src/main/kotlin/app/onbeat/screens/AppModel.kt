package app.onbeat.screens

import app.onbeat.phone.Act
import app.onbeat.phone.PhoneHolder
import app.onbeat.phone.perform
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.merge
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Reading
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
    private var watching: Job? = null

    /** Acts that wait for a place do so one after the other, in the order of the taps. */
    private val turn = Mutex()
    private val doing = MutableStateFlow(emptySet<Act>())

    /** What is shown now. */
    val shown: StateFlow<Shown> = state

    /** The place of the app that it belongs to. */
    val place: StateFlow<Destination> = where

    /** Why something was not done that the rep wanted, until he has read it: it stands above whatever is shown. */
    val problem: StateFlow<Problem?> = refused

    /** What is being done now. */
    val underWay: StateFlow<Set<Act>> = doing

    /** Whether the app is in front. */
    val isInFront: Boolean
        get() = watching?.isActive == true

    /** The app came to the front. */
    fun resume() {
        watch()
        if (!around.hasAgreed || state.value.isConnecting) return
        go(where.value)
        scope.launch {
            // A new phone fetches what it is to show, and that was a sync.
            looking?.join()
            if (!views.hasSynced) send()
        }
    }

    /** The app left the front: what is shown is no longer renewed. What is under way goes on. */
    fun pause() {
        watching?.cancel()
    }

    private fun watch() {
        watching?.cancel()
        watching = scope.launch { merge(holder.news.drop(1), around.minutes).conflate().collect { renew() } }
    }

    /** Shows what is shown as core has it now, which asks neither the server nor for a place. */
    private suspend fun renew() {
        val here = where.value
        looking?.join()
        val before = state.value
        // Who went on meanwhile is shown where he went as core has it. The list stands by a place that he was asked for.
        val hasGone = looking?.isActive == true || where.value != here
        if (hasGone || here is Destination.Customers || before.isWritten) return
        shows { seen { views.now(here) }.renewing(before) }
        looking?.join()
    }

    /** What can't be looked at now was shown a moment ago; of what failed, why it did. */
    private fun Shown.renewing(before: Shown): Shown {
        val isLacking = this is Shown.Failed && problem.word == Word.PROBLEM_NO_REFERENCE
        return when {
            this !is Shown.Failed -> this
            before !is Shown.Failed -> before
            isLacking -> before.copy(againMs = againMs)
            else -> this
        }
    }

    /** What the rep writes in. */
    private val Shown.isWritten: Boolean
        get() = this is Shown.Welcome || this is Shown.Enrolling || this is Shown.Recovering

    /** The server is asked whether a code holds. */
    private val Shown.isConnecting: Boolean
        get() = (this as? Shown.Enrolling)?.isBusy == true || (this as? Shown.Recovering)?.isBusy == true

    fun agree() {
        around.hasAgreed = true
        go(Destination.Today)
    }

    fun enrol(link: String) {
        state.value = Shown.Enrolling(isBusy = true, problem = null)
        scope.launch {
            try {
                holder.call { it.enrol(link, around.grade, around.device) }
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

    /** The rep is asked for what he is told of now; what he answers is seen when the app is in front again. */
    fun asks(permission: Permission) {
        around.asked += permission.kind
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
    fun act(act: Act) = does(act) {}

    /** The act for which the rep came here: the place of the app is left once it was done, and what he wrote stays else. */
    fun finish(act: Act) {
        val here = where.value
        does(act) {
            // He may have typed another search meanwhile.
            val stays = where.value == here || (here is Destination.Customers && where.value is Destination.Customers)
            if (stays) where.value = here.before
        }
    }

    private fun does(
        act: Act,
        then: () -> Unit,
    ) {
        if (act in doing.value) return
        doing.value += act
        scope.launch {
            try {
                carry { if (perform(act)) then() else refused.value = Problem(Word.PROBLEM_REASON_NOT_ASKED, "") }
                // Until what it changed is shown, a second tap is none.
                looking?.join()
            } finally {
                doing.value -= act
            }
        }
    }

    private suspend fun perform(act: Act): Boolean {
        if (act is Act.Placed) return turn.withLock { perform(act, around.reading(holder)) }
        return perform(act, Reading(around.now(), null))
    }

    private suspend fun perform(
        act: Act,
        reading: Reading,
    ) = holder.call { it.perform(act, reading) }

    /** The rep agrees that his place is recorded, or does not, or no longer. */
    fun answerPlace(agrees: Boolean) {
        if (where.value == Destination.Place) where.value = Destination.Settings
        does { holder.call { it.answerLocation(around.now(), agrees) } }
    }

    /** Deletes what this phone holds, after another took its place and all has arrived. */
    fun leave() = does { holder.call { it.leave() } }

    private fun does(work: suspend () -> Unit) {
        scope.launch { carry(work) }
    }

    /** Does it, and shows what came of it; where it was not done, why. */
    private suspend fun carry(work: suspend () -> Unit) {
        try {
            work()
            send()
        } catch (error: PhoneException) {
            // A phone that was wiped says so by its own screen.
            if (error !is PhoneException.Wiped) refused.value = error.problem()
        }
        go(where.value)
    }

    /** The rep has read it. */
    fun dismiss() {
        refused.value = null
    }

    /** Shows a place of the app; of several taps the last one counts. */
    fun go(to: Destination) {
        where.value = to
        shows { seen { views.of(to) } }
    }

    /** Tries again to show what could not be shown. */
    fun again() = go(where.value)

    private fun shows(look: suspend () -> Shown) {
        looking?.cancel()
        looking = scope.launch { state.value = look().withWords(state.value) }
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

    /** Sends quietly, unless the server holds it; what is shown is renewed after it, and the day says what still waits. */
    private fun send() {
        scope.launch {
            try {
                holder.sync(around.now())
            } catch (_: PhoneException) {
                // While another sync runs, or the disk takes nothing: the next one sends it.
                return@launch
            }
        }
    }

    /** What is seen anew keeps the words that are being typed, and a gate why a code did not open it. */
    private fun Shown.withWords(before: Shown): Shown {
        if (this is Shown.Enrolling && before is Shown.Enrolling) return before
        if (this is Shown.Recovering && before is Shown.Recovering) return before
        if (this !is Shown.OneVisit || before !is Shown.OneVisit) return this
        val typed = before.shown.report
        return if (typed.visit == shown.report.visit) copy(shown = shown.copy(report = typed)) else this
    }

    /** A view, or what is to be done before there is one. */
    private suspend fun seen(look: suspend () -> Shown): Shown =
        try {
            look()
        } catch (_: PhoneException.NotEnrolled) {
            // What is kept of one is of a phone that was here before.
            around.stream = null
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

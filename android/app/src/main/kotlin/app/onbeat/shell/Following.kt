package app.onbeat.shell

import app.onbeat.platform.Notices
import app.onbeat.platform.Opening
import app.onbeat.platform.Recorder
import app.onbeat.platform.Starts
import app.onbeat.platform.Traces
import app.onbeat.screens.AppModel
import app.onbeat.screens.Shown
import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.launch
import uniffi.onbeat_core.Recording
import uniffi.onbeat_core.Today
import kotlin.reflect.KClass

/** What follows from a day that is shown. */
class Following(
    private val app: OnbeatApp,
    private val model: AppModel,
) {
    private var before: KClass<out Recording>? = null

    /** On which day it was last looked what the phone shows of itself. */
    private var traced: String? = null

    fun begin() {
        app.scope.launch {
            model.shown.filterIsInstance<Shown.Day>().collect { follow(it.today) }
        }
    }

    private suspend fun follow(today: Today) {
        if (traced != today.day.day) Traces().note(app)
        traced = today.day.day
        if (today.away == null) Notices(app).clearLeaving()
        record(today.recording::class)
        Starts.process.note(app)
    }

    /**
     * A break or private time began or ended, or the rep agreed to be recorded or no longer does, by a tap: the service
     * learns it now, and not with its next look. One that does not run starts where it should, while the app is in front.
     */
    private suspend fun record(now: KClass<out Recording>) {
        if (!Recorder.isRunning && !model.isInFront) return
        val hasChanged = before != now
        before = now
        if (Recorder.isRunning) {
            if (hasChanged) Recorder.looks()
        } else if (hasChanged || now != Recording.Off::class) {
            Opening.look(app)
        }
    }
}

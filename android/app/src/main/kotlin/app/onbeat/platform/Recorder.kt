package app.onbeat.platform

import android.app.Service
import android.content.Context
import android.content.Intent
import android.location.Location
import android.location.LocationListener
import android.os.IBinder
import android.os.SystemClock
import android.util.Log
import app.onbeat.phone.Owner
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import uniffi.onbeat_core.Beginning
import uniffi.onbeat_core.Cause
import uniffi.onbeat_core.FixOutcome
import uniffi.onbeat_core.LiveStatus
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Reading
import uniffi.onbeat_core.Recording
import uniffi.onbeat_core.StartedBy

/**
 * Takes fixes while the window is open, at the times that core says, and ends itself when it closes.
 *
 * No handler's timer counts here, since the processor sleeps: the platform's own requests wake it.
 */
class Recorder :
    Service(),
    LocationListener {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    private val owner get() = application as Owner
    private val places by lazy { Places(this, this) }
    private val sending by lazy { Sending(this) }
    private val battery by lazy { Battery(this, ::note) }
    private val stillness by lazy { Stillness(this, owner.clock, ::moves) }
    private val replays = Replays()
    private var everyS = 0L
    private var isOff = false
    private var isListening = false

    override fun onCreate() {
        super.onCreate()
        running = this
    }

    override fun onBind(intent: Intent?): IBinder? = null

    override fun onStartCommand(
        intent: Intent?,
        flags: Int,
        startId: Int,
    ): Int {
        if (comesToFront()) look() else stopSelf()
        return START_NOT_STICKY
    }

    /** What else is listened to, once there is something to record. */
    private fun listen() {
        if (isListening) return
        isListening = true
        battery.watch()
        stillness.watch()
    }

    /** Asks core what is due, without a place. */
    private fun look() = take(Reading(owner.clock.now(), null))

    override fun onLocationChanged(location: Location) {
        val isApproximate = !Permissions(this).seesPlacePrecisely
        val isStill = replays.isOne(location) || stillness.isStill
        stillness.watch()
        take(reading(location, owner.clock, SystemClock.elapsedRealtime(), isApproximate, isStill))
    }

    /** The phone lay still and moves again: core learns it, and says how soon a fix is due now. */
    private fun moves(still: LongRange) {
        calls { lay(still) }
        look()
    }

    private suspend fun lay(still: LongRange) {
        val at = owner.clock.now()
        owner.holder.call { it.onStill(at, still.first, still.last) }
    }

    override fun onProviderDisabled(provider: String) = noteSwitch()

    override fun onProviderEnabled(provider: String) = noteSwitch()

    /** Location as a whole was switched off or on: a fact that explains missing fixes. */
    private fun noteSwitch() {
        if (places.areOff == isOff) return
        isOff = !isOff
        note(if (isOff) Cause.LOCATION_OFF else Cause.LOCATION_ON)
    }

    private fun note(cause: Cause) {
        val at = owner.clock.now()
        calls { owner.holder.call { it.cause(at, cause) } }
    }

    private fun take(reading: Reading) =
        calls {
            Starts.process.note(owner)
            val outcome = owner.holder.call { it.onFix(reading) }
            heed(outcome)
            follow(outcome.recording, outcome.nextDueS)
            send()
        }

    /** Who seems to leave is told once; what he was told is taken back when he no longer does. */
    private fun heed(outcome: FixOutcome) {
        owner.holder.tell()
        when {
            outcome.tellsLeaving -> Notices(this).tellLeaving()
            outcome.live !in LEAVING -> Notices(this).clearLeaving()
        }
    }

    /** What can't be sent, as on a full disk, changes nothing about when the place is asked for. */
    private suspend fun send() =
        try {
            sending.ifDue()
        } catch (error: PhoneException) {
            Log.w(TAG, "not sent", error)
            Over.after(error, this)
        }

    private suspend fun follow(
        recording: Recording,
        nextS: Long,
    ) {
        when (recording) {
            is Recording.Off -> {
                Over.forHere(this)
            }

            is Recording.Waits -> {
                if (recording.soon) waitFor(recording.next) else end(recording.next)
            }

            is Recording.Rests -> {
                listen()
                rest()
                Notices(this).show(Notices.RECORDING, Notices(this).resting())
                Opening.schedule(this, recording.endsInS, isDue = true)
            }

            is Recording.Records -> {
                listen()
                Opening.watch(this, nextS, recording.endsInS)
                if (nextS != everyS) request(nextS)
            }
        }
    }

    /** The window is over: the service comes again at the next. */
    private suspend fun end(next: Beginning) {
        Opening.expect(this, next)
        SendJob.schedule(this)
        stopSelf()
        stillness.drop()?.let { lay(it) }
    }

    /** Before the window the place is asked of nobody, and the notification says so. */
    private fun waitFor(next: Beginning) {
        rest()
        Opening.schedule(this, next.inS, isDue = true)
        Notices(this).show(Notices.RECORDING, Notices(this).waiting(next))
    }

    /** The place is asked of nobody; the service stays, since it may not come again. */
    private fun rest() {
        places.drop()
        everyS = 0
    }

    /** What explains the silence is written before the service ends. */
    private suspend fun request(everyS: Long) {
        if (Permissions(this).seesPlace) {
            if (this.everyS == 0L) Notices(this).show(Notices.RECORDING, Notices(this).recording())
            this.everyS = everyS
            return places.request(everyS)
        }
        try {
            owner.holder.call { it.cause(owner.clock.now(), Cause.PERMISSION_OFF) }
        } finally {
            stopSelf()
        }
    }

    /** A call that core refuses, as on a full disk, is no reason to end: the next fix tries again. */
    private fun calls(work: suspend () -> Unit) {
        scope.launch {
            try {
                work()
            } catch (error: PhoneException) {
                Log.w(TAG, "not recorded", error)
                if (!Over.after(error, this@Recorder) && everyS == 0L) calls { tryAgain() }
            }
        }
    }

    /** Where it records, the next fix tries again; where core can't say so, the alarm does, and nobody is asked meanwhile. */
    private suspend fun tryAgain() {
        val recording =
            try {
                owner.holder.call { it.recording(owner.clock.now()) }
            } catch (_: PhoneException) {
                return Opening.watch(this)
            }
        if (recording is Recording.Records) request(AGAIN_S)
    }

    override fun onDestroy() {
        running = null
        places.drop()
        if (isListening) battery.drop()
        stillness.drop()
        scope.cancel()
    }

    companion object {
        private const val TAG = "Recorder"
        private const val AGAIN_S = 60L
        private val LEAVING = setOf(LiveStatus.SEEMS_LEAVING, LiveStatus.POSSIBLY_OUTSIDE)

        private var running: Recorder? = null

        /** Whether it runs, as far as this process knows. */
        val isRunning get() = running != null

        /** Has a service that runs look what is due, which the platform refuses to nobody; no if none runs. */
        fun looks(): Boolean = running?.look() != null

        /** Starts it; where the platform refuses that, a tap is asked for. */
        fun start(
            context: Context,
            by: StartedBy,
        ) {
            Starts.process.again(by)
            val started = allowed { context.startForegroundService(Intent(context, Recorder::class.java)) }
            if (!started) Notices(context).askToStart()
        }
    }
}

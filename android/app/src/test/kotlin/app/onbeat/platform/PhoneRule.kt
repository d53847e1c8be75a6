package app.onbeat.platform

import android.Manifest.permission
import android.app.AlarmManager
import android.app.Notification
import android.app.NotificationManager
import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.content.Context
import android.content.Intent
import android.location.Location
import android.location.LocationManager
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.os.Looper
import android.os.PowerManager
import android.os.SystemClock
import app.onbeat.screens.Word
import kotlinx.coroutines.runBlocking
import org.junit.rules.ExternalResource
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ServiceController
import org.robolectric.shadows.ShadowAlarmManager
import org.robolectric.shadows.ShadowNetworkCapabilities
import org.robolectric.util.ReflectionHelpers
import uniffi.onbeat_core.AppState
import uniffi.onbeat_core.Phone

/** What one test does with its phone: the rep's taps, the platform's switches, and what came of it. */
class PhoneRule : ExternalResource() {
    val app get() = RuntimeEnvironment.getApplication() as TestApp
    val places get() = shadowOf(app.getSystemService(Context.LOCATION_SERVICE) as LocationManager)
    val alarms get() = shadowOf(app.getSystemService(Context.ALARM_SERVICE) as AlarmManager)
    private val recorders = mutableListOf<ServiceController<Recorder>>()
    private val words get() = AndroidWords(app)

    override fun before() {
        grant(permission.ACCESS_COARSE_LOCATION, permission.ACCESS_FINE_LOCATION, permission.POST_NOTIFICATIONS)
        switchProviders(on = true)
        switchNetwork(on = false)
        ShadowAlarmManager.setCanScheduleExactAlarms(false)
    }

    override fun after() {
        recorders.forEach { it.destroy() }
        app.holder.close()
    }

    fun grant(vararg names: String) = shadowOf(app).grantPermissions(*names)

    fun revoke(vararg names: String) = shadowOf(app).denyPermissions(*names)

    /** The place all the time and exact alarms: the service may start by itself. */
    fun letStartByItself() {
        grant(permission.ACCESS_BACKGROUND_LOCATION)
        ShadowAlarmManager.setCanScheduleExactAlarms(true)
    }

    /** Sets the time; the platform's clock since boot goes on with it. */
    fun at(atMs: Long) {
        app.nowMs = atMs
        SystemClock.setCurrentTimeMillis(atMs)
    }

    fun switchLocation(on: Boolean) {
        switchProviders(on)
        settle()
    }

    private fun switchProviders(on: Boolean) =
        listOf(LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER, LocationManager.FUSED_PROVIDER)
            .forEach { places.setProviderEnabled(it, on) }

    /** The service runs. [refusal] is what the platform throws when it comes to the front. */
    fun record(refusal: Exception? = null): ServiceController<Recorder> {
        val recorder = Robolectric.buildService(Recorder::class.java).create().also(recorders::add)
        shadowOf(recorder.get()).setThrowInStartForeground(refusal)
        recorder.startCommand(0, 1)
        settle()
        return recorder
    }

    /** The system ends the process, and the service with it. */
    fun kill() {
        recorders.forEach { it.destroy() }
        recorders.clear()
        started()
    }

    /** The phone lies in Ada's district, or elsewhere. */
    fun seen(change: Location.() -> Unit = {}) {
        gives(change)
        settle()
    }

    /** The platform has such a place. */
    fun gives(change: Location.() -> Unit = {}) {
        val location =
            Location(LocationManager.GPS_PROVIDER).apply {
                latitude = 40.671990250
                longitude = -73.977966786
                accuracy = 10f
                speed = 0.4f
                time = app.nowMs
                elapsedRealtimeNanos = SystemClock.elapsedRealtimeNanos()
            }
        places.simulateLocation(location.apply(change))
    }

    /** What is under way in the phone's thread and on the main one is done. */
    fun settle() =
        repeat(ROUNDS) {
            shadowOf(Looper.getMainLooper()).idle()
            runBlocking { runCatching { app.holder.call { } } }
        }

    /** What the phone wrote down since it was enrolled, newest last: a cause by its own name. */
    fun written(): List<String> {
        val records = runBlocking { app.holder.call { it.records("2026-05-12") } }
        return records.map { record ->
            val cause = Regex(""""cause":"(\w+)"""").find(record.body.orEmpty())
            cause?.groupValues?.get(1) ?: record.kind
        }
    }

    /** The newest record of a kind, as it is written. */
    fun body(kind: String): String {
        val records = runBlocking { app.holder.call { it.records("2026-05-12") } }
        return records.last { it.kind == kind }.body.orEmpty()
    }

    /** The service that the platform was asked to start. */
    fun started(): String? =
        generateSequence {
            shadowOf(
                app,
            ).nextStartedService
        }.lastOrNull()?.component?.className?.substringAfterLast('.')

    /** Titles of the notifications that stand. */
    fun told(): List<String> {
        val manager = app.getSystemService(Context.NOTIFICATION_SERVICE) as NotificationManager
        return shadowOf(manager).allNotifications.map { it.extras.getString(Notification.EXTRA_TITLE).orEmpty() }
    }

    /** A button below a notification is tapped. */
    fun tap(
        title: Word,
        button: Word,
    ) {
        val manager = app.getSystemService(Context.NOTIFICATION_SERVICE) as NotificationManager
        val notices = shadowOf(manager).allNotifications
        val notice = notices.single { it.extras.getString(Notification.EXTRA_TITLE) == words.say(title) }
        val action = notice.actions.single { it.title == words.say(button) }
        action.actionIntent.send()
        settle()
    }

    /** What the notification of a service that runs says. */
    fun text(recorder: ServiceController<Recorder>): String {
        val manager = app.getSystemService(Context.NOTIFICATION_SERVICE) as NotificationManager
        val id = shadowOf(recorder.get()).lastForegroundNotificationId
        return shadowOf(manager)
            .getNotification(id)
            .extras
            .getString(Notification.EXTRA_TEXT)
            .orEmpty()
    }

    fun stopped(): String? =
        shadowOf(app)
            .nextStoppedService
            ?.component
            ?.className
            ?.substringAfterLast('.')

    fun jobs(): List<JobInfo> = (app.getSystemService(Context.JOB_SCHEDULER_SERVICE) as JobScheduler).allPendingJobs

    /** The system runs the job; whether it has something to do. */
    fun runJob(): Boolean {
        val job = Robolectric.buildService(SendJob::class.java).create().get()
        return job.onStartJob(ReflectionHelpers.newInstance(JobParameters::class.java)).also { settle() }
    }

    fun switchNetwork(on: Boolean) {
        val manager = app.getSystemService(Context.CONNECTIVITY_SERVICE) as ConnectivityManager
        val capabilities = ShadowNetworkCapabilities.newInstance()
        if (on) shadowOf(capabilities).addCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET)
        shadowOf(manager).setNetworkCapabilities(manager.activeNetwork, capabilities)
    }

    fun answersLocation(agrees: Boolean) =
        runBlocking { app.holder.call { it.answerLocation(app.clock.now(), agrees) } }

    fun calls(work: (Phone) -> Unit) = runBlocking { app.holder.call(work) }

    /** The window tells a service that runs to look. */
    fun looks(): Boolean = Recorder.looks().also { settle() }

    /** The rep has the app open. */
    fun looksIn() = runBlocking { Opening.look(app) }

    /** Records without a receipt. */
    fun waiting(): Int = runBlocking { app.holder.call { it.heads().waiting.toInt() } }

    /** Seconds until the server is asked again by itself. */
    fun asksInS(): Long? = runBlocking { Sending(app).inS(AppState.AWAKE) }

    fun switchSaver(on: Boolean) =
        shadowOf(app.getSystemService(Context.POWER_SERVICE) as PowerManager).setIsPowerSaveMode(on)

    /** Waits for what a network brings. */
    fun settleUntil(isSo: () -> Boolean) {
        val untilMs = System.nanoTime() / 1_000_000 + LONGEST_MS
        while (!isSo()) {
            check(System.nanoTime() / 1_000_000 < untilMs) { "it does not come" }
            Thread.sleep(50)
            settle()
        }
    }

    fun says(word: Word) = words.say(word)

    fun hears(action: String) {
        app.sendBroadcast(Intent(action).setPackage(app.packageName))
        settle()
    }

    /** Seconds until the alarm that is set rings, rounded: the platform's clock goes on by some milliseconds. */
    fun ringsInS(): Long? =
        alarms.peekNextScheduledAlarm()?.let { Math.round((it.triggerAtMs - SystemClock.elapsedRealtime()) / 1000.0) }

    fun ring() {
        alarms.fireAlarm(checkNotNull(alarms.peekNextScheduledAlarm()))
        settle()
    }

    private companion object {
        const val ROUNDS = 6
        const val LONGEST_MS = 20_000
    }
}

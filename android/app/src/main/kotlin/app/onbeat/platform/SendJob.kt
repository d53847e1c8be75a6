package app.onbeat.platform

import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.Context
import app.onbeat.phone.Owner
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.StartedBy

private const val JOB = 1
private const val BACK_OFF_MS = 5 * 60_000L

/** Sends what waits once there is a network, with neither app nor service open; also after a restart of the phone. */
class SendJob : JobService() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)

    override fun onStartJob(params: JobParameters): Boolean {
        Starts.process.began(this, StartedBy.SYSTEM)
        if (!(application as Owner).hasAgreed) return false
        scope.launch {
            Starts.process.note(application as Owner)
            val next = after()
            jobFinished(params, next == Next.AtPause)
            // Only now: a job that takes the place of one that runs stops it.
            if (next is Next.In) schedule(this@SendJob, next.seconds)
        }
        return true
    }

    private sealed interface Next {
        data object Nothing : Next

        /** After a pause, which the system doubles each time. */
        data object AtPause : Next

        data class In(
            val seconds: Long,
        ) : Next
    }

    private suspend fun after(): Next {
        val sending = Sending(this)
        try {
            if (!sending.waits()) return Next.Nothing
            val report = sending.once() ?: return Next.AtPause
            report.retryAfterS?.let { return Next.In(it.toLong()) }
            return if (report.waiting > 0uL && report.problems.isNotEmpty()) Next.AtPause else Next.Nothing
        } catch (error: PhoneException) {
            Over.after(error, this)
        }
        return Next.Nothing
    }

    override fun onStopJob(params: JobParameters): Boolean {
        scope.cancel()
        return true
    }

    companion object {
        /** Once there is a network, and not before [inS]; in place of the one before. */
        fun schedule(
            context: Context,
            inS: Long = 0,
        ) {
            val job =
                JobInfo
                    .Builder(JOB, ComponentName(context, SendJob::class.java))
                    .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
                    .setBackoffCriteria(BACK_OFF_MS, JobInfo.BACKOFF_POLICY_EXPONENTIAL)
                    .setMinimumLatency(inS * 1000)
                    .setPersisted(true)
            jobs(context).schedule(job.build())
        }

        fun cancel(context: Context) = jobs(context).cancel(JOB)

        private fun jobs(context: Context) = context.getSystemService(Context.JOB_SCHEDULER_SERVICE) as JobScheduler
    }
}

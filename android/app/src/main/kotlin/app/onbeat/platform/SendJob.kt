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
import uniffi.onbeat_core.AppState
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.StartedBy

private const val JOB = 1

/** After a fault of the phone itself, as a full disk. */
private const val AGAIN_IN_S = 3_600L

/** Asks the server with neither app nor service open, when core says so; also after a restart of the phone. */
class SendJob : JobService() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)

    override fun onStartJob(params: JobParameters): Boolean {
        Starts.process.began(this, StartedBy.SYSTEM)
        if (!(application as Owner).hasAgreed) return false
        scope.launch {
            Starts.process.note(application as Owner)
            val inS = nextInS()
            jobFinished(params, false)
            // Only now: a job that takes the place of one that runs stops it.
            inS?.let { schedule(this@SendJob, it) }
        }
        return true
    }

    /** Asks the server if it is its turn; in how many seconds it is again. */
    private suspend fun nextInS(): Long? {
        val sending = Sending(this)
        try {
            if (sending.inS(AppState.ASLEEP) == 0L) sending.once()
            return sending.inS(AppState.ASLEEP)
        } catch (error: PhoneException) {
            return if (Over.after(error, this)) null else AGAIN_IN_S
        }
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
                    .setMinimumLatency(inS * 1000)
                    .setPersisted(true)
            jobs(context).schedule(job.build())
        }

        fun cancel(context: Context) = jobs(context).cancel(JOB)

        private fun jobs(context: Context) = context.getSystemService(Context.JOB_SCHEDULER_SERVICE) as JobScheduler
    }
}

package app.onbeat.platform

import android.app.Application
import android.content.ComponentName
import android.content.Intent
import android.os.SystemClock
import app.onbeat.phone.Boot
import app.onbeat.phone.BootClock
import app.onbeat.phone.Clocks
import app.onbeat.phone.Owner
import app.onbeat.phone.PhoneHolder
import app.onbeat.platform.Enrolled.BOOT
import app.onbeat.platform.Enrolled.BOOTED_MS
import uniffi.onbeat_core.PhoneException
import java.io.File

/** The process around the platform's code: the real core with a key in software, time that the test sets. */
class TestApp :
    Application(),
    Owner {
    /** The time, with [SystemClock] beside it. */
    var nowMs = Enrolled.OPENS_MS
    var bootCount = 1L

    /** What the platform throws at the start of a service; Robolectric lets everything start. */
    var refusal: RuntimeException? = null

    private val clocks =
        object : Clocks {
            override fun wallMs() = nowMs

            override fun sinceBootMs() = nowMs - BOOTED_MS

            override fun bootCount() = bootCount
        }

    override val clock = BootClock(clocks, Boot(1, BOOT, 0), {}, { "00000000000000b2" })

    /** Whether the rep agreed that his place is recorded, or was not asked yet; counts until the phone is opened. */
    var hasAnswered = true

    /** Why the phone can't be opened. */
    var fault: PhoneException? = null

    override val holder =
        PhoneHolder {
            fault?.let { throw it }
            Enrolled.open(Enrolled.copyTo(File(filesDir, "phone"), hasAnswered))
        }
    override var hasAgreed = true

    override fun startForegroundService(service: Intent): ComponentName? {
        refusal?.let { throw it }
        return super.startForegroundService(service)
    }
}

package app.onbeat.shell

import android.app.Application
import android.content.Context
import app.onbeat.phone.BootClock
import app.onbeat.phone.Owner
import app.onbeat.phone.PhoneHolder
import app.onbeat.platform.DatabaseKey
import app.onbeat.platform.HardwareKey
import app.onbeat.platform.bootClock
import app.onbeat.screens.AppModel
import kotlinx.coroutines.MainScope
import uniffi.onbeat_core.Phone
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.SignException
import java.io.File

private const val AGREED = "agreed"

/** The process: it holds the one phone, and what the screens show of it, which outlasts their window. */
class OnbeatApp :
    Application(),
    Owner {
    override val clock: BootClock by lazy { bootClock(this) }
    override val holder = PhoneHolder { open() }

    /** What was begun here ends here, whatever becomes of the window. */
    val scope = MainScope()
    val model by lazy { AppModel(holder, PhoneAround(this), scope).also { Following(this, it).begin() } }

    override var hasAgreed: Boolean
        get() = getSharedPreferences("app", Context.MODE_PRIVATE).getBoolean(AGREED, false)
        set(agreed) {
            getSharedPreferences("app", Context.MODE_PRIVATE).edit().putBoolean(AGREED, agreed).apply()
        }

    /** The folder and its keys, made for a new phone. A key that is lost later is core's to replace. */
    private fun open(): Phone {
        val key = HardwareKey(this, clock)
        val folder = File(noBackupFilesDir, "phone").apply { mkdirs() }
        try {
            if (folder.list().isNullOrEmpty()) key.makeIfNew()
        } catch (error: SignException) {
            throw PhoneException.Sign(error)
        }
        return Phone.open(folder.path, DatabaseKey(this).get(), key)
    }
}

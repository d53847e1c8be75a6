package app.onbeat.platform

import android.content.Context
import android.os.SystemClock
import android.provider.Settings
import app.onbeat.phone.Boot
import app.onbeat.phone.BootClock
import app.onbeat.phone.Clocks
import java.security.SecureRandom

private const val BOOT_COUNT = "boot.count"
private const val BOOT_ID = "boot.id"
private const val BOOT_FIRST_MS = "boot.first_ms"

/** The phone's clocks. */
class AndroidClocks(
    private val context: Context,
) : Clocks {
    override fun wallMs() = System.currentTimeMillis()

    override fun sinceBootMs() = SystemClock.elapsedRealtime()

    /** 0 where the maker took the counter out: time that ran back tells then. */
    override fun bootCount() = Settings.Global.getLong(context.contentResolver, Settings.Global.BOOT_COUNT, 0)
}

/** The clock that stamps this phone's readings. */
fun bootClock(context: Context): BootClock {
    val store = context.getSharedPreferences("clock", Context.MODE_PRIVATE)
    val kept =
        store.getString(BOOT_ID, null)?.let { Boot(store.getLong(BOOT_COUNT, 0), it, store.getLong(BOOT_FIRST_MS, 0)) }
    val keep = { boot: Boot ->
        val edit = store.edit().putLong(BOOT_COUNT, boot.count).putString(BOOT_ID, boot.id)
        edit.putLong(BOOT_FIRST_MS, boot.firstMs).apply()
    }
    return BootClock(AndroidClocks(context), kept, keep, ::bootId)
}

private fun bootId(): String {
    val bytes = ByteArray(8).also(SecureRandom()::nextBytes)
    return bytes.joinToString("") { "%02x".format(it) }
}

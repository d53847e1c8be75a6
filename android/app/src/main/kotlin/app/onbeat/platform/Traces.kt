package app.onbeat.platform

import android.os.Build
import android.os.Debug
import app.onbeat.phone.Owner
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Trace
import java.io.File
import java.io.IOException

/**
 * What this phone shows of itself. What that is a sign of, and that nothing follows from it, is core's to say; no list of
 * the rep's apps is asked for. Where to look is as of OWASP MASTG, <https://mas.owasp.org/MASTG/knowledge/>: root detection
 * (MASTG-KNOW-0027), anti-debugging (0028), tools of reverse engineers (0030), emulators (0031).
 *
 * [root] is where the phone's files begin.
 */
class Traces(
    private val root: File = File("/"),
) {
    /** All that is seen now. */
    fun seen(): List<Trace> =
        buildMap {
            put(Trace.SU_FILE, SU.any(::isThere))
            put(Trace.ROOT_MANAGER, MANAGERS.any(::isThere))
            put(Trace.TEST_KEYS, Build.TAGS.orEmpty().contains("test-keys"))
            put(Trace.SYSTEM_WRITABLE, lines("proc/self/mounts").any(::isWritableSystem))
            put(Trace.HOOK_LOADED, lines("proc/self/maps").any(::isHook))
            put(Trace.DEBUGGER_ATTACHED, Debug.isDebuggerConnected() || isTraced())
            put(Trace.EMULATED, Build.HARDWARE.lowercase() in EMULATORS || EMULATED.any(::isThere))
        }.filterValues { it }.keys.toList()

    /** Has core note what changed; what it can't now it does at the next look. */
    suspend fun note(owner: Owner) {
        val seen = seen()
        try {
            owner.holder.call { it.noteSigns(owner.clock.now(), seen) }
        } catch (_: PhoneException) {
            return
        }
    }

    private fun isThere(path: String) = File(root, path).exists()

    private fun isHook(image: String) = HOOKS.any { image.contains(it, ignoreCase = true) }

    /** Its process's number follows, zero where there is none. */
    private fun isTraced(): Boolean {
        val tracer = lines("proc/self/status").firstOrNull { it.startsWith(TRACER) } ?: return false
        return tracer.removePrefix(TRACER).trim() != "0"
    }

    /** Device, folder, kind, options. */
    private fun isWritableSystem(mount: String): Boolean {
        val fields = mount.split(' ')
        return fields.size > OPTIONS && fields[FOLDER] in SYSTEM && "rw" in fields[OPTIONS].split(',')
    }

    /** None where the platform does not let it be read. */
    private fun lines(path: String): List<String> =
        try {
            File(root, path).readLines()
        } catch (_: IOException) {
            emptyList()
        }

    private companion object {
        const val TRACER = "TracerPid:"
        const val FOLDER = 1
        const val OPTIONS = 3
        val SU =
            listOf("sbin", "system/bin", "system/bin/failsafe", "system/xbin", "system/sd/xbin", "data/local", "su/bin")
                .map { "$it/su" }
        val MANAGERS =
            listOf(
                "system/app/Superuser.apk",
                "system/etc/init.d/99SuperSUDaemon",
                "system/xbin/daemonsu",
                "dev/com.koushikdutta.superuser.daemon",
                "sbin/.magisk",
                "data/adb/magisk",
                "data/adb/ksu",
            )
        val SYSTEM = setOf("/system", "/system/bin", "/system/xbin", "/sbin", "/vendor", "/vendor/bin")
        val HOOKS = listOf("frida", "xposed", "substrate")
        val EMULATORS = setOf("goldfish", "ranchu", "vbox86", "nox", "ttvm")
        val EMULATED = listOf("dev/socket/qemud", "dev/qemu_pipe", "dev/goldfish_pipe", "dev/socket/genyd")
    }
}

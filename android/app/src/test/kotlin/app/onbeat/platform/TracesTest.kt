package app.onbeat.platform

import kotlinx.coroutines.runBlocking
import org.junit.Before
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.shadows.ShadowBuild
import uniffi.onbeat_core.Integrity
import uniffi.onbeat_core.Sign
import uniffi.onbeat_core.Trace
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class TracesTest {
    @get:Rule
    val phone = PhoneRule()

    @get:Rule
    val files = TemporaryFolder()

    private val root get() = files.root
    private val traces get() = Traces(root)

    private fun write(
        path: String,
        text: String = "",
    ) = File(root, path).apply { parentFile?.mkdirs() }.writeText(text)

    @Before
    fun asSold() = ShadowBuild.setTags("release-keys")

    @Test
    fun `a phone as it was sold shows nothing`() {
        write("proc/self/mounts", "/dev/block/dm-0 /system ext4 ro,seclabel 0 0\ntmpfs /sbin_extra tmpfs rw 0 0\n")
        write("proc/self/maps", "7f00 r-xp /apex/com.android.runtime/lib64/libart.so\n")
        write("proc/self/status", "Name:\tapp.onbeat\nTracerPid:\t0\n")
        assertEquals(emptyList(), traces.seen())
        assertEquals(emptyList(), Traces(File(root, "nothing can be read here")).seen())
    }

    @Test
    fun `each trace is seen by itself`() {
        fun seenOf(change: () -> Unit): List<Trace> {
            root.listFiles().orEmpty().forEach { it.deleteRecursively() }
            change()
            return traces.seen()
        }
        assertEquals(listOf(Trace.SU_FILE), seenOf { write("system/xbin/su") })
        assertEquals(listOf(Trace.ROOT_MANAGER), seenOf { write("data/adb/magisk/magisk.db") })
        assertEquals(
            listOf(Trace.SYSTEM_WRITABLE),
            seenOf { write("proc/self/mounts", "/dev/block/dm-0 /system ext4 rw,seclabel 0 0\n") },
        )
        assertEquals(
            listOf(Trace.HOOK_LOADED),
            seenOf { write("proc/self/maps", "7f00 r-xp /data/local/tmp/re.Frida.server/frida-agent-64.so\n") },
        )
        assertEquals(listOf(Trace.DEBUGGER_ATTACHED), seenOf { write("proc/self/status", "TracerPid:\t4711\n") })
        assertEquals(listOf(Trace.EMULATED), seenOf { write("dev/qemu_pipe") })
        assertEquals(listOf(Trace.TEST_KEYS), seenOf { ShadowBuild.setTags("test-keys") })
        assertEquals(listOf(Trace.TEST_KEYS, Trace.EMULATED), seenOf { ShadowBuild.setHardware("ranchu") })
    }

    @Test
    fun `what changed is noted once, and core says how grave it is`() {
        fun noted() = phone.written().count { it == "signs.noted" }

        runBlocking { repeat(2) { traces.note(phone.app) } }
        assertEquals(1, noted())
        write("system/bin/su")
        write("proc/self/status", "TracerPid:\t4711\n")
        runBlocking { repeat(2) { traces.note(phone.app) } }
        assertEquals(2, noted())
        val shown = checkNotNull(runBlocking { phone.app.holder.call { it.diagnosis() } }.signs)
        assertEquals(Integrity.OPENED to listOf(Sign.ROOT, Sign.DEBUGGER), shown.integrity to shown.signs)
    }
}

package app.onbeat.platform

import android.app.Application
import android.system.ErrnoException
import android.system.OsConstants
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import uniffi.onbeat_core.PhoneException
import java.io.File
import java.io.IOException
import java.security.InvalidKeyException
import java.security.ProviderException
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse

@RunWith(RobolectricTestRunner::class)
@Config(application = Application::class)
class DatabaseKeyTest {
    private val app = RuntimeEnvironment.getApplication()
    private val file = File(app.noBackupFilesDir, "database.key")

    /** As the keystore does it, in software: Robolectric has none. */
    private val wrapping =
        object : Wrapping {
            var refusal: Exception? = null
            private var made: SecretKey? = null

            override fun key(): SecretKey {
                refusal?.let { throw it }
                return made ?: KeyGenerator.getInstance("AES").generateKey().also { made = it }
            }

            override fun drop() {
                made = null
                refusal = null
            }
        }

    private val key = DatabaseKey(app, wrapping)

    @Test
    fun `a key is made once, and its file does not tell it`() {
        val made = key.get()
        assertEquals(32, made.size)
        assertContentEquals(made, DatabaseKey(app, wrapping).get())
        val stretches = file.readBytes().toList().windowed(made.size)
        assertFalse(made.toList() in stretches)
        assertEquals(listOf("database.key"), app.noBackupFilesDir.list()?.toList())
    }

    @Test
    fun `a file of any other length is a lost key, and the server's copy takes its place`() {
        key.get()
        val whole = file.readBytes()
        (whole.indices.map(whole::copyOf) + listOf(whole + 0)).forEach {
            file.writeBytes(it)
            assertFailsWith<PhoneException.WrongKey>("${it.size} bytes") { key.get() }
        }
        val copy = ByteArray(32) { 7 }
        key.keep(copy)
        assertContentEquals(copy, key.get())
    }

    @Test
    fun `a key that the keystore lost is lost, and another one keeps the server's copy`() {
        key.get()
        wrapping.refusal = InvalidKeyException("gone")
        assertFailsWith<PhoneException.WrongKey> { key.get() }
        val copy = ByteArray(32) { 7 }
        key.keep(copy)
        assertContentEquals(copy, key.get())
    }

    @Test
    fun `what keystore and disk refuse is said, whether a key is asked for or kept`() {
        key.get()
        val refusals =
            listOf(
                IOException("write failed", ErrnoException("write", OsConstants.ENOSPC)) to "storage_full",
                IOException("no disk") to "storage",
                ProviderException("busy") to "key_failed",
            )
        refusals.forEach { (refusal, code) ->
            wrapping.refusal = refusal
            assertEquals(code, assertFailsWith<PhoneException> { key.get() }.code())
            assertEquals(code, assertFailsWith<PhoneException> { key.keep(ByteArray(32)) }.code())
        }
    }

    @Test
    fun `a disk that takes no new file keeps the one that is there`() {
        val made = key.get()
        File(file.path + ".new").mkdir()
        assertFailsWith<PhoneException.Storage> { key.keep(ByteArray(32)) }
        assertContentEquals(made, key.get())
    }
}

package app.onbeat.platform

import android.net.Uri
import kotlinx.coroutines.runBlocking
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import java.io.ByteArrayOutputStream
import java.io.FileNotFoundException
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class OwnCopyTest {
    private val app = RuntimeEnvironment.getApplication()
    private val to = Uri.parse("content://documents/onbeat.ndjson")

    @Test
    fun `the copy is written as it is`() {
        val file = ByteArrayOutputStream()
        shadowOf(app.contentResolver).registerOutputStream(to, file)
        assertEquals(true to "记录", runBlocking { app.saves("记录", to) } to file.toString(Charsets.UTF_8))
    }

    @Test
    fun `where it can't be written that is the answer, and no crash`() {
        listOf(FileNotFoundException("gone"), SecurityException("no")).forEach { error ->
            shadowOf(app.contentResolver).registerOutputStreamSupplier(to) { throw error }
            assertEquals(false, runBlocking { app.saves("x", to) }, "$error")
        }
    }
}

package app.onbeat.platform

import android.content.Intent
import android.os.Looper
import kotlinx.coroutines.MainScope
import kotlinx.coroutines.launch
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import kotlin.test.Test
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class MinutesTest {
    private val app get() = RuntimeEnvironment.getApplication()

    private fun ticks() {
        app.sendBroadcast(Intent(Intent.ACTION_TIME_TICK))
        shadowOf(Looper.getMainLooper()).idle()
    }

    @Test
    fun `each minute is told while it is listened to, and nobody hears it afterwards`() {
        var told = 0
        val listens = MainScope().launch { minutes(app).collect { told++ } }
        shadowOf(Looper.getMainLooper()).idle()
        repeat(2) { ticks() }
        assertEquals(2, told)
        listens.cancel()
        shadowOf(Looper.getMainLooper()).idle()
        ticks()
        assertEquals(2, told)
    }
}

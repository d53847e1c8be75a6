package app.onbeat.platform

import android.net.Uri
import android.os.Bundle
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull

@RunWith(RobolectricTestRunner::class)
class BuiltTest {
    @get:Rule
    val phone = PhoneRule()

    private fun built(put: Bundle.() -> Unit): Built {
        val app = shadowOf(phone.app.packageManager).getInternalMutablePackageInfo(phone.app.packageName)
        checkNotNull(app.applicationInfo).metaData = Bundle().apply(put)
        return Built(phone.app)
    }

    @Test
    fun `the manifest has a place for each`() {
        // Gradle fills them in, which does not run here.
        val built = Built(phone.app)
        val places = listOf(built.operator, "${built.policy}", built.filing)
        assertEquals(listOf("onbeatOperator", "onbeatPolicy", "onbeatFiling").map { "\${$it}" }, places)
    }

    @Test
    fun `who answers for the app is as it was built`() {
        val built =
            built {
                putString("app.onbeat.operator", "锦江商贸有限公司")
                putString("app.onbeat.policy", "https://example.com/privacy")
                putInt("app.onbeat.filing", 2026)
            }
        assertEquals("锦江商贸有限公司", built.operator)
        assertEquals(Uri.parse("https://example.com/privacy"), built.policy)
        assertEquals("2026", built.filing)
    }

    @Test
    fun `an app that was built without names nobody`() {
        listOf(built {}, built { putString("app.onbeat.policy", "") }).forEach {
            assertEquals("", it.operator + it.filing)
            assertNull(it.policy)
        }
    }
}

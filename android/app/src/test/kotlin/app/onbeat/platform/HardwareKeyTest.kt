package app.onbeat.platform

import android.security.keystore.KeyProperties
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import uniffi.onbeat_core.Grade
import kotlin.test.Test
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class HardwareKeyTest {
    @get:Rule
    val phone = PhoneRule()

    @Test
    fun `a key lies in hardware where the keystore says so, and nowhere else`() {
        val cases =
            mapOf(
                KeyProperties.SECURITY_LEVEL_STRONGBOX to Grade.HARDWARE,
                KeyProperties.SECURITY_LEVEL_TRUSTED_ENVIRONMENT to Grade.HARDWARE,
                KeyProperties.SECURITY_LEVEL_UNKNOWN_SECURE to Grade.HARDWARE,
                KeyProperties.SECURITY_LEVEL_SOFTWARE to Grade.SOFTWARE,
                KeyProperties.SECURITY_LEVEL_UNKNOWN to Grade.SOFTWARE,
            )
        cases.forEach { (level, grade) -> assertEquals(grade, gradeOf(level), "$level") }
    }

    @Test
    fun `a keystore that is not there claims no hardware`() {
        // Robolectric has none.
        assertEquals(Grade.SOFTWARE, HardwareKey(phone.app, phone.app.clock).grade)
    }
}

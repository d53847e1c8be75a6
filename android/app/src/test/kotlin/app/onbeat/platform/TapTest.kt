package app.onbeat.platform

import android.app.Activity
import android.os.Looper
import app.onbeat.phone.Act
import app.onbeat.screens.AppModel
import app.onbeat.screens.Permission
import app.onbeat.screens.PermissionKind
import app.onbeat.screens.Surroundings
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.MainScope
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import uniffi.onbeat_core.Device
import uniffi.onbeat_core.Grade
import uniffi.onbeat_core.Platform
import java.util.concurrent.CountDownLatch
import kotlin.test.Test
import kotlin.test.assertContains
import kotlin.test.assertFalse

/** The process' model over the platform's place, as the shell makes it, and a window that comes and goes. */
@RunWith(RobolectricTestRunner::class)
class TapTest {
    @get:Rule
    val phone = PhoneRule()

    private val scope = MainScope()

    private fun idle() = shadowOf(Looper.getMainLooper()).idle()

    @Test
    fun `a tap that waits for the place is recorded with it, though its window is made anew meanwhile`() {
        val model = AppModel(phone.app.holder, Around(phone.app), scope)
        val window = Robolectric.buildActivity(Activity::class.java).setup()
        model.act(Act.SignIn)
        phone.settle()
        window.recreate()
        phone.settle()
        assertFalse(SIGN_IN in phone.written(), "no place has come")
        whileBusy {
            phone.gives()
            idle()
        }
        assertContains(phone.body(SIGN_IN), Regex(""""fix_seq":\d"""), "with the place that came")
    }

    /** What [work] has the phone do is done after it; sent it is not, since a second copy that sends is a forked log. */
    private fun whileBusy(work: () -> Unit) {
        val over = CountDownLatch(1)
        CoroutineScope(Dispatchers.Unconfined).launch { phone.app.holder.call { over.await() } }
        work()
        over.countDown()
        runBlocking { phone.app.holder.call { } }
        scope.cancel()
    }

    private companion object {
        const val SIGN_IN = "market.signed_in"
    }
}

private class Around(
    private val app: TestApp,
) : Surroundings {
    private val place = OnePlace(app, app.clock)
    override var hasAgreed by app::hasAgreed
    override var asked = emptySet<PermissionKind>()
    override var stream: String? = null
    override val device = Device("android", "JVM", "0.1.0")
    override val grade = Grade.SOFTWARE
    override val isPlaceOn = true
    override val platform: Platform get() = error("no key is asked for")
    override val minutes get() = minutes(app)

    override fun now() = app.clock.now()

    override suspend fun here() = place.here()

    override fun permissions() = emptyList<Permission>()

    override fun keep(databaseKey: ByteArray) = error("none came")
}

package app.onbeat.platform

import android.Manifest.permission
import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Context
import android.content.ContextWrapper
import android.content.Intent
import android.os.PowerManager
import android.provider.Settings
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowAlarmManager
import org.robolectric.shadows.ShadowBuild
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue

@RunWith(RobolectricTestRunner::class)
class AllowancesTest {
    @get:Rule
    val phone = PhoneRule()

    private val allowances get() = Allowances(phone.app)

    private fun page(way: Way) = (way as Way.Pages).intents.first().action

    @Test
    fun `the place all the time is asked for by itself, once the place is seen precisely`() {
        assertTrue(Allowance.PLACE_ALWAYS in allowances.all)
        assertEquals(
            Way.Question(listOf(permission.ACCESS_BACKGROUND_LOCATION)),
            allowances.way(Allowance.PLACE_ALWAYS),
        )
        phone.revoke(permission.ACCESS_FINE_LOCATION)
        assertFalse(Allowance.PLACE_ALWAYS in allowances.all)
        assertEquals(Allowed.ROUGHLY, allowances.state(Allowance.PLACE))
        phone.revoke(permission.ACCESS_COARSE_LOCATION)
        assertEquals(Allowed.NO, allowances.state(Allowance.PLACE))
    }

    @Test
    fun `each thing's state is the phone's`() {
        val power = phone.app.getSystemService(Context.POWER_SERVICE) as PowerManager
        assertEquals(listOf(Allowed.NO, Allowed.NO, Allowed.NO), states())
        phone.letStartByItself()
        shadowOf(power).setIgnoringBatteryOptimizations(phone.app.packageName, true)
        assertEquals(listOf(Allowed.YES, Allowed.YES, Allowed.YES), states())
    }

    private fun states() = allowances.all.takeLast(3).map(allowances::state)

    @Test
    fun `the service starts by itself with the place all the time, and exact alarms or no limit for the battery`() {
        phone.grant(permission.ACCESS_BACKGROUND_LOCATION)
        assertFalse(Permissions(phone.app).startsByItself)
        ShadowAlarmManager.setCanScheduleExactAlarms(true)
        assertTrue(Permissions(phone.app).startsByItself)
    }

    @Test
    fun `what the platform asks no more leads to its settings`() {
        val pages =
            mapOf(
                allowances.way(Allowance.PLACE, asksNoMore = true) to Settings.ACTION_APPLICATION_DETAILS_SETTINGS,
                allowances.way(Allowance.NOTIFICATIONS, asksNoMore = true) to Settings.ACTION_APP_NOTIFICATION_SETTINGS,
                allowances.way(Allowance.EXACT_ALARM) to Settings.ACTION_REQUEST_SCHEDULE_EXACT_ALARM,
                allowances.way(Allowance.BATTERY) to Settings.ACTION_IGNORE_BATTERY_OPTIMIZATION_SETTINGS,
            )
        pages.forEach { (way, action) -> assertEquals(action, page(way)) }
    }

    @Test
    fun `a question that was refused for good is put no more`() {
        val activity = Robolectric.buildActivity(Activity::class.java).get()
        val rationale = shadowOf(activity.packageManager)
        val questions = mutableListOf<List<String>>()
        val asks = Asks(activity) { questions += it.toList() }
        asks.ask(Allowance.NOTIFICATIONS)
        rationale.setShouldShowRequestPermissionRationale(permission.POST_NOTIFICATIONS, true)
        asks.ask(Allowance.NOTIFICATIONS)
        rationale.setShouldShowRequestPermissionRationale(permission.POST_NOTIFICATIONS, false)
        asks.ask(Allowance.NOTIFICATIONS)
        assertEquals(List(2) { listOf(permission.POST_NOTIFICATIONS) }, questions)
        assertEquals(Settings.ACTION_APP_NOTIFICATION_SETTINGS, shadowOf(activity).nextStartedActivity.action)
    }

    @Test
    fun `makers are known by their brands, and others have no page of their own`() {
        val known = mapOf("Xiaomi" to Maker.XIAOMI, "realme" to Maker.OPPO, "HONOR" to Maker.HONOR, "Google" to null)
        known.forEach { (name, maker) ->
            ShadowBuild.setManufacturer(name)
            ShadowBuild.setBrand("generic")
            assertEquals(maker, Maker.ofThis(), name)
        }
    }

    @Test
    fun `a maker's page that is gone or closed gives way to the app's own`() {
        val opened = mutableListOf<Intent>()
        val context =
            object : ContextWrapper(phone.app) {
                override fun startActivity(intent: Intent) {
                    val maker = intent.component?.packageName
                    if (maker == "com.hihonor.systemmanager") throw ActivityNotFoundException()
                    if (maker == "com.huawei.systemmanager") throw SecurityException("not exported")
                    opened += intent
                }
            }
        assertTrue(context.opensOneOf(Maker.HONOR.pages(context)))
        assertEquals(listOf(Settings.ACTION_APPLICATION_DETAILS_SETTINGS), opened.map { it.action })
        assertNull(opened.single().component)
    }
}

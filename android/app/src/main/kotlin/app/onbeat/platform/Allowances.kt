package app.onbeat.platform

import android.Manifest.permission
import android.annotation.SuppressLint
import android.app.NotificationManager
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.os.Build
import android.os.PowerManager
import android.provider.Settings

/** What the rep may allow, in the order to ask: each by itself, with its reason. None is needed for visits and reports. */
enum class Allowance {
    PLACE,
    NOTIFICATIONS,

    /** Only so that recording starts by itself; and one of the two below. */
    PLACE_ALWAYS,
    EXACT_ALARM,
    BATTERY,
}

enum class Allowed {
    YES,

    /** The place, but only roughly. */
    ROUGHLY,
    NO,
}

/** How something is asked for. */
sealed interface Way {
    /** The platform's own question. */
    data class Question(
        val permissions: List<String>,
    ) : Way

    /** Pages of the settings: the first that the phone has. */
    data class Pages(
        val intents: List<Intent>,
    ) : Way
}

/** Each thing's state, and what asks for it. */
class Allowances(
    private val context: Context,
) {
    private val permissions = Permissions(context)
    private val app: Uri = Uri.fromParts("package", context.packageName, null)

    /** What this phone has a switch for, and makes sense to ask for now. */
    val all: List<Allowance>
        get() =
            Allowance.entries.filter {
                when (it) {
                    // The platform refuses to ask for both at once: https://developer.android.com/training/location/permissions#request-background-location
                    Allowance.PLACE_ALWAYS -> isFrom(Build.VERSION_CODES.Q) && permissions.seesPlacePrecisely

                    Allowance.EXACT_ALARM -> isFrom(Build.VERSION_CODES.S)

                    else -> true
                }
            }

    fun state(of: Allowance): Allowed {
        if (of == Allowance.PLACE && permissions.seesPlace && !permissions.seesPlacePrecisely) return Allowed.ROUGHLY
        val isGiven =
            when (of) {
                Allowance.PLACE -> permissions.seesPlacePrecisely
                Allowance.NOTIFICATIONS -> notifications.areNotificationsEnabled()
                Allowance.PLACE_ALWAYS -> permissions.seesPlaceInBackground
                Allowance.EXACT_ALARM -> permissions.wakesExactly
                Allowance.BATTERY -> power.isIgnoringBatteryOptimizations(context.packageName)
            }
        return if (isGiven) Allowed.YES else Allowed.NO
    }

    /** [asksNoMore]: the platform was told twice not to ask; then only its settings lead there. */
    fun way(
        to: Allowance,
        asksNoMore: Boolean = false,
    ): Way {
        val question = if (asksNoMore) emptyList() else question(to)
        return if (question.isEmpty()) Way.Pages(page(to) + details) else Way.Question(question)
    }

    private fun question(to: Allowance): List<String> =
        when (to) {
            // From Android 12 on precise places are asked for together with rough ones, or not at all.
            Allowance.PLACE -> {
                listOf(permission.ACCESS_FINE_LOCATION, permission.ACCESS_COARSE_LOCATION)
            }

            Allowance.NOTIFICATIONS -> {
                listOf(permission.POST_NOTIFICATIONS).filter { isFrom(Build.VERSION_CODES.TIRAMISU) }
            }

            Allowance.PLACE_ALWAYS -> {
                listOf(permission.ACCESS_BACKGROUND_LOCATION)
            }

            else -> {
                emptyList()
            }
        }

    @SuppressLint("InlinedApi")
    private fun page(to: Allowance): List<Intent> =
        when (to) {
            Allowance.NOTIFICATIONS -> {
                val page = Intent(Settings.ACTION_APP_NOTIFICATION_SETTINGS)
                listOf(page.putExtra(Settings.EXTRA_APP_PACKAGE, context.packageName))
            }

            Allowance.EXACT_ALARM -> {
                listOf(Intent(Settings.ACTION_REQUEST_SCHEDULE_EXACT_ALARM, app))
            }

            // The list of all apps: the question for this one alone is for apps that stores allow it.
            Allowance.BATTERY -> {
                listOf(Intent(Settings.ACTION_IGNORE_BATTERY_OPTIMIZATION_SETTINGS))
            }

            else -> {
                emptyList()
            }
        }

    /** The app's own page, from which all of it can be reached. */
    val details get() = Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, app)

    private fun isFrom(version: Int) = Build.VERSION.SDK_INT >= version

    private val power = context.getSystemService(Context.POWER_SERVICE) as PowerManager
    private val notifications = context.getSystemService(Context.NOTIFICATION_SERVICE) as NotificationManager
}

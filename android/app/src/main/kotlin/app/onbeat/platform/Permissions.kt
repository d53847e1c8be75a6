package app.onbeat.platform

import android.Manifest
import android.app.AlarmManager
import android.content.Context
import android.content.pm.PackageManager
import android.os.Build
import android.os.PowerManager

/** What the rep has allowed. */
class Permissions(
    private val context: Context,
) {
    val seesPlace: Boolean
        get() = has(Manifest.permission.ACCESS_COARSE_LOCATION)

    val seesPlacePrecisely: Boolean
        get() = has(Manifest.permission.ACCESS_FINE_LOCATION)

    /**
     * Whether the service may start while the app is not open: the place in the background, and an exemption from the
     * rule against starts from there. Where not, a start would end the process.
     */
    val startsByItself: Boolean
        get() = seesPlace && seesPlaceInBackground && (Build.VERSION.SDK_INT < Build.VERSION_CODES.S || isExempt)

    /** Exact alarms exempt their receiver; so does the battery's exemption. */
    private val isExempt: Boolean
        get() = wakesExactly || power.isIgnoringBatteryOptimizations(context.packageName)

    val wakesExactly: Boolean
        get() = Build.VERSION.SDK_INT < Build.VERSION_CODES.S || alarms.canScheduleExactAlarms()

    val seesPlaceInBackground: Boolean
        get() = Build.VERSION.SDK_INT < Build.VERSION_CODES.Q || has(Manifest.permission.ACCESS_BACKGROUND_LOCATION)

    private val power = context.getSystemService(Context.POWER_SERVICE) as PowerManager
    private val alarms = context.getSystemService(Context.ALARM_SERVICE) as AlarmManager

    private fun has(permission: String) = context.checkSelfPermission(permission) == PackageManager.PERMISSION_GRANTED
}

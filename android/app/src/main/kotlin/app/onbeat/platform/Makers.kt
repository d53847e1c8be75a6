package app.onbeat.platform

import android.content.ActivityNotFoundException
import android.content.ComponentName
import android.content.Context
import android.content.Intent
import android.os.Build

/** A maker whose phones end apps by rules of its own, and where its settings lift them: no page is promised by anybody. */
enum class Maker(
    val title: String,
    private vararg val pages: String,
) {
    XIAOMI("Xiaomi", "com.miui.securitycenter/com.miui.permcenter.autostart.AutoStartManagementActivity"),
    HONOR(
        "Honor",
        "com.hihonor.systemmanager/com.hihonor.systemmanager.startupmgr.ui.StartupNormalAppListActivity",
        "com.huawei.systemmanager/com.huawei.systemmanager.startupmgr.ui.StartupNormalAppListActivity",
    ),
    HUAWEI(
        "Huawei",
        "com.huawei.systemmanager/com.huawei.systemmanager.startupmgr.ui.StartupNormalAppListActivity",
        "com.huawei.systemmanager/com.huawei.systemmanager.optimize.process.ProtectActivity",
    ),
    OPPO(
        "Oppo",
        "com.coloros.safecenter/com.coloros.safecenter.startupapp.StartupAppListActivity",
        "com.coloros.safecenter/com.coloros.safecenter.permission.startup.StartupAppListActivity",
        "com.oppo.safe/com.oppo.safe.permission.startup.StartupAppListActivity",
    ),
    VIVO(
        "Vivo",
        "com.vivo.permissionmanager/com.vivo.permissionmanager.activity.BgStartUpManagerActivity",
        "com.iqoo.secure/com.iqoo.secure.ui.phoneoptimize.BgStartUpManager",
    ),
    SAMSUNG(
        "Samsung",
        "com.samsung.android.lool/com.samsung.android.sm.battery.ui.BatteryActivity",
        "com.samsung.android.lool/com.samsung.android.sm.ui.battery.BatteryActivity",
    ),
    ;

    /** To be tried in turn; the app's own page at last. */
    fun pages(context: Context): List<Intent> =
        pages.map { Intent().setComponent(ComponentName.unflattenFromString(it)) } + Allowances(context).details

    companion object {
        private val BRANDS =
            mapOf("redmi" to XIAOMI, "poco" to XIAOMI, "realme" to OPPO, "oneplus" to OPPO, "iqoo" to VIVO)

        /** Of this phone. */
        fun ofThis(): Maker? = of(Build.MANUFACTURER) ?: of(Build.BRAND)

        private fun of(name: String): Maker? {
            val known = name.lowercase()
            return entries.find { it.name.lowercase() == known } ?: BRANDS[known]
        }
    }
}

/** Opens the first that the phone has and lets be opened; a maker's page may be there and closed to others. */
fun Context.opensOneOf(pages: List<Intent>): Boolean =
    pages.any {
        try {
            startActivity(it)
            true
        } catch (_: ActivityNotFoundException) {
            false
        } catch (_: SecurityException) {
            false
        }
    }

package app.onbeat.shell

import android.content.Context
import android.location.LocationManager
import android.os.Build
import app.onbeat.platform.Allowance
import app.onbeat.platform.Allowances
import app.onbeat.platform.Allowed
import app.onbeat.platform.DatabaseKey
import app.onbeat.platform.HardwareKey
import app.onbeat.platform.OnePlace
import app.onbeat.platform.minutes
import app.onbeat.screens.Permission
import app.onbeat.screens.PermissionKind
import app.onbeat.screens.PermissionState
import app.onbeat.screens.Surroundings
import uniffi.onbeat_core.Device

private const val ASKED = "asked"
private const val STREAM = "stream"

/** What this phone gives to the screens. */
class PhoneAround(
    private val app: OnbeatApp,
) : Surroundings {
    private val place = OnePlace(app, app.clock)
    private val kept = app.getSharedPreferences("app", Context.MODE_PRIVATE)

    override var hasAgreed by app::hasAgreed

    override var asked: Set<PermissionKind>
        get() = PermissionKind.entries.filter { it.name in kept.getStringSet(ASKED, null).orEmpty() }.toSet()
        set(asked) = kept.edit().putStringSet(ASKED, asked.map { it.name }.toSet()).apply()

    override var stream: String?
        get() = kept.getString(STREAM, null)
        set(stream) = kept.edit().putString(STREAM, stream).apply()

    override val platform = HardwareKey(app, app.clock)

    override val isPlaceOn: Boolean
        get() {
            val places = app.getSystemService(Context.LOCATION_SERVICE) as LocationManager
            return Build.VERSION.SDK_INT < Build.VERSION_CODES.P || places.isLocationEnabled
        }

    override val device =
        Device(
            platform = "android",
            model = "${Build.MANUFACTURER} ${Build.MODEL}",
            app =
                app.packageManager
                    .getPackageInfo(app.packageName, 0)
                    .versionName
                    .orEmpty(),
        )

    override val grade get() = platform.grade

    override fun now() = app.clock.now()

    override suspend fun here() = place.here()

    override val minutes get() = minutes(app)

    override fun permissions(): List<Permission> {
        val allowances = Allowances(app)
        return allowances.all.map { Permission(KINDS.getValue(it), STATES.getValue(allowances.state(it))) }
    }

    override fun keep(databaseKey: ByteArray) = DatabaseKey(app).keep(databaseKey)

    private companion object {
        val KINDS = Allowance.entries.associateWith { PermissionKind.valueOf(it.name) }
        val STATES =
            mapOf(
                Allowed.YES to PermissionState.ALLOWED,
                Allowed.ROUGHLY to PermissionState.ROUGHLY,
                Allowed.NO to PermissionState.MISSING,
            )
    }
}

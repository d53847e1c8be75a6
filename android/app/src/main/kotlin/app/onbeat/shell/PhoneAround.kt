package app.onbeat.shell

import android.os.Build
import app.onbeat.platform.OnePlace
import app.onbeat.screens.Surroundings
import uniffi.onbeat_core.Device
import uniffi.onbeat_core.Grade

/** What this phone gives to the screens. */
class PhoneAround(
    private val app: OnbeatApp,
) : Surroundings {
    private val place = OnePlace(app, app.clock)

    override var hasAgreed by app::hasAgreed

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

    override val grade = Grade.HARDWARE

    override fun now() = app.clock.now()

    override suspend fun here() = place.here()
}

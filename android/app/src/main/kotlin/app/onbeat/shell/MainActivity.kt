package app.onbeat.shell

import android.Manifest
import android.content.ActivityNotFoundException
import android.content.ClipData
import android.content.ClipboardManager
import android.content.Intent
import android.content.pm.PackageManager
import android.net.Uri
import android.os.Build
import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.compose.BackHandler
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.activity.result.contract.ActivityResultContracts
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.lifecycle.Lifecycle
import app.onbeat.R
import app.onbeat.platform.AndroidWords
import app.onbeat.platform.Opening
import app.onbeat.platform.Permissions
import app.onbeat.platform.Recorder
import app.onbeat.screens.About
import app.onbeat.screens.App
import app.onbeat.screens.AppModel
import app.onbeat.screens.Destination
import app.onbeat.screens.LocalWords
import app.onbeat.screens.OnbeatTheme
import app.onbeat.screens.Outside
import app.onbeat.screens.Permission
import app.onbeat.screens.PermissionKind
import app.onbeat.screens.PermissionState
import app.onbeat.screens.Shown
import app.onbeat.screens.Ways
import kotlinx.coroutines.MainScope
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import uniffi.onbeat_core.Customer
import uniffi.onbeat_core.LocationAnswer
import uniffi.onbeat_core.Today
import uniffi.onbeat_core.When

/** The app's one window. */
class MainActivity : ComponentActivity() {
    private val scope = MainScope()
    private val owner get() = application as OnbeatApp
    private val model by lazy { AppModel(owner.holder, PhoneAround(owner, ::permissions), scope) }
    private val asks = registerForActivityResult(ActivityResultContracts.RequestMultiplePermissions()) { record() }
    private val saves =
        registerForActivityResult(ActivityResultContracts.CreateDocument("application/x-ndjson")) { it?.let(::export) }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        enableEdgeToEdge()
        val words = AndroidWords(this)
        setContent {
            val place by model.place.collectAsState()
            BackHandler(place != Destination.Today) { model.back() }
            CompositionLocalProvider(LocalWords provides words) {
                OnbeatTheme { Box(Modifier.safeDrawingPadding()) { App(model, outside()) } }
            }
        }
        scope.launch { model.shown.collect { if (it is Shown.Day) recordOn(it.today) } }
    }

    override fun onResume() {
        super.onResume()
        model.resume()
    }

    override fun onDestroy() {
        super.onDestroy()
        scope.cancel()
    }

    private fun outside() =
        Outside(
            Ways(call = ::call, navigate = ::navigate),
            scan = null,
            photograph = null,
            export = { saves.launch("onbeat.ndjson") },
            leave = ::finish,
            copy = ::copy,
            battery = null,
            about = About(PhoneAround(owner, ::permissions).device.app, operator = "", filing = "", policy = null),
        )

    /** There is a day to record: it is seen to that it goes on. */
    private fun recordOn(today: Today) {
        val isInFront = lifecycle.currentState.isAtLeast(Lifecycle.State.STARTED)
        val isWanted = today.location == LocationAnswer.AGREED && today.replacedMs == null
        val isDue = isWanted && today.`when` == When.WITHIN && !Recorder.isRunning
        if (isDue && isInFront && Permissions(this).seesPlace) Recorder.start(this)
    }

    /** What the rep may allow, in the order to ask. */
    private fun permissions(): List<Permission> {
        val has = Permissions(this)
        val place =
            when {
                has.seesPlacePrecisely -> PermissionState.ALLOWED
                has.seesPlace -> PermissionState.ROUGHLY
                else -> PermissionState.MISSING
            }
        val wanted = arrayOf(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION)
        return listOfNotNull(Permission(PermissionKind.PLACE, place) { asks.launch(wanted) }, notifications())
    }

    private fun notifications(): Permission? {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.TIRAMISU) return null
        val wanted = Manifest.permission.POST_NOTIFICATIONS
        val isAllowed = checkSelfPermission(wanted) == PackageManager.PERMISSION_GRANTED
        val state = if (isAllowed) PermissionState.ALLOWED else PermissionState.MISSING
        return Permission(PermissionKind.NOTIFICATIONS, state) { asks.launch(arrayOf(wanted)) }
    }

    /** The app is open, so the service may start. */
    private fun record() {
        if (Permissions(this).seesPlace) Recorder.start(this) else Opening.begin(this)
    }

    private fun export(to: Uri) {
        scope.launch {
            val log = owner.holder.call { it.exportOwn() }
            contentResolver.openOutputStream(to)?.use { it.write(log.toByteArray()) }
        }
    }

    private fun copy(text: String) {
        val clipboard = getSystemService(CLIPBOARD_SERVICE) as ClipboardManager
        clipboard.setPrimaryClip(ClipData.newPlainText(getString(R.string.app_name), text))
    }

    private fun call(number: String) = leaveFor(Intent(Intent.ACTION_DIAL, Uri.parse("tel:$number")))

    private fun navigate(customer: Customer) {
        val (lat, lon) = customer.latE9 / 1e9 to customer.lonE9 / 1e9
        leaveFor(Intent(Intent.ACTION_VIEW, Uri.parse("geo:$lat,$lon?q=$lat,$lon(${Uri.encode(customer.name)})")))
    }

    /** Where no app takes it, nothing happens. */
    private fun leaveFor(intent: Intent) {
        try {
            startActivity(intent)
        } catch (_: ActivityNotFoundException) {
            return
        }
    }
}

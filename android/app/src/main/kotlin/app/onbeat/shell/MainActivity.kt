package app.onbeat.shell

import android.content.ActivityNotFoundException
import android.content.ClipData
import android.content.ClipboardManager
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.widget.Toast
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
import app.onbeat.R
import app.onbeat.phone.Act
import app.onbeat.platform.Allowance
import app.onbeat.platform.AndroidWords
import app.onbeat.platform.Asks
import app.onbeat.platform.Built
import app.onbeat.platform.Maker
import app.onbeat.platform.Opening
import app.onbeat.platform.PhotoActivity
import app.onbeat.platform.ScanActivity
import app.onbeat.platform.SendJob
import app.onbeat.platform.Starts
import app.onbeat.platform.opensOneOf
import app.onbeat.platform.saves
import app.onbeat.screens.About
import app.onbeat.screens.App
import app.onbeat.screens.BatteryRules
import app.onbeat.screens.Destination
import app.onbeat.screens.LocalWords
import app.onbeat.screens.OnbeatTheme
import app.onbeat.screens.Outside
import app.onbeat.screens.Shown
import app.onbeat.screens.Ways
import app.onbeat.screens.Word
import app.onbeat.screens.problem
import kotlinx.coroutines.launch
import uniffi.onbeat_core.Customer
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.RunsOn
import uniffi.onbeat_core.StartedBy
import uniffi.onbeat_core.waysTo

/** The app's one window. */
class MainActivity : ComponentActivity() {
    private val owner get() = application as OnbeatApp
    private val model get() = owner.model
    private val asks = registerForActivityResult(ActivityResultContracts.RequestMultiplePermissions()) { looks() }
    private val questions by lazy { Asks(this, asks::launch) }
    private val saves =
        registerForActivityResult(ActivityResultContracts.CreateDocument("application/x-ndjson")) { it?.let(::export) }

    private val scans =
        registerForActivityResult(ActivityResultContracts.StartActivityForResult()) { result ->
            val isRecovery = result.data?.getBooleanExtra(ScanActivity.RECOVERS, false) == true
            result.data?.getStringExtra(ScanActivity.TEXT)?.let(if (isRecovery) model::recover else model::enrol)
        }
    private val photos =
        registerForActivityResult(ActivityResultContracts.StartActivityForResult()) { result ->
            val visit = result.data?.getStringExtra(PhotoActivity.VISIT)
            val jpeg = PhotoActivity.fetch()
            if (visit != null && jpeg != null) model.act(Act.AddPhoto(visit, jpeg))
        }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        Starts.process.began(this, StartedBy.OPENED)
        enableEdgeToEdge()
        val words = AndroidWords(this)
        setContent {
            val place by model.place.collectAsState()
            BackHandler(place != Destination.Today) { model.back() }
            CompositionLocalProvider(LocalWords provides words) {
                OnbeatTheme { Box(Modifier.safeDrawingPadding()) { App(model, outside()) } }
            }
        }
    }

    override fun onResume() {
        super.onResume()
        model.resume()
    }

    override fun onPause() {
        super.onPause()
        model.pause()
    }

    /** What the rep did last goes on its way though the app is closed. */
    override fun onStop() {
        super.onStop()
        if (owner.hasAgreed) SendJob.schedule(this)
    }

    private fun outside() =
        Outside(
            Ways(call = ::call, navigate = ::navigate),
            ask = { questions.ask(Allowance.valueOf(it.name)) },
            scan = { scans.launch(ScanActivity.asked(this, recovers = model.shown.value is Shown.Recovering)) },
            photograph = { photos.launch(Intent(this, PhotoActivity::class.java).putExtra(PhotoActivity.VISIT, it)) },
            export = { saves.launch("onbeat.ndjson") },
            leave = ::finish,
            copy = ::copy,
            battery = Maker.ofThis()?.let { maker -> BatteryRules(maker.title) { opensOneOf(maker.pages(this)) } },
            about = about(),
        )

    private fun read(page: Uri) {
        leaveFor(Intent(Intent.ACTION_VIEW, page))
    }

    private fun about(): About {
        val built = Built(this)
        val policy = built.policy?.let { page -> { read(page) } }
        return About(PhoneAround(owner).device.app, built.operator, built.filing, policy)
    }

    /** What the rep just allowed may be what the service lacked. */
    private fun looks() {
        owner.scope.launch { Opening.look(owner) }
    }

    private fun export(to: Uri) {
        owner.scope.launch {
            val problem =
                try {
                    if (owner.saves(owner.holder.call { it.exportOwn() }, to)) null else Word.EXPORT_FAILED
                } catch (error: PhoneException) {
                    error.problem().word
                }
            problem?.let(::say)
        }
    }

    private fun say(word: Word) = Toast.makeText(owner, AndroidWords(owner).say(word), Toast.LENGTH_LONG).show()

    private fun copy(text: String) {
        val clipboard = getSystemService(CLIPBOARD_SERVICE) as ClipboardManager
        clipboard.setPrimaryClip(ClipData.newPlainText(getString(R.string.app_name), text))
    }

    private fun call(number: String) {
        leaveFor(Intent(Intent.ACTION_DIAL, Uri.parse("tel:$number")))
    }

    /** By the first app for maps that is there. */
    private fun navigate(customer: Customer) {
        waysTo(customer, RunsOn.ANDROID).any { leaveFor(Intent(Intent.ACTION_VIEW, Uri.parse(it))) }
    }

    /** Where no app takes it, nothing happens, and that is the answer. */
    private fun leaveFor(intent: Intent): Boolean =
        try {
            startActivity(intent)
            true
        } catch (_: ActivityNotFoundException) {
            false
        }
}

package app.onbeat.platform

import android.content.Context
import android.content.Intent
import android.graphics.Color
import android.graphics.ImageFormat
import android.media.ImageReader
import android.view.Gravity
import android.view.View
import android.widget.TextView
import app.onbeat.screens.Word

private const val READ_PIXELS = 1280 * 720

/** Reads the desk's code, and ends with its text. What the camera sees is looked at and forgotten. */
class ScanActivity : CameraActivity() {
    override val givesAlways = true

    override fun reader(lens: Lens): ImageReader {
        val size = lens.size(ImageFormat.YUV_420_888, READ_PIXELS)
        return ImageReader.newInstance(size.width, size.height, ImageFormat.YUV_420_888, 2)
    }

    override fun onPicture(reader: ImageReader) {
        val text = reader.acquireLatestImage()?.use { qrText(brightness(it)) } ?: return
        runOnUiThread {
            if (isFinishing) return@runOnUiThread
            // This window may outlive the process that asked.
            val recovers = intent.getBooleanExtra(RECOVERS, false)
            setResult(RESULT_OK, Intent().putExtra(TEXT, text).putExtra(RECOVERS, recovers))
            finish()
        }
    }

    override fun foot(): View =
        TextView(this).apply {
            text = words.say(Word.SCAN_WHAT)
            textSize = 18f
            gravity = Gravity.CENTER
            setTextColor(Color.WHITE)
            setBackgroundColor(Color.BLACK)
            setPadding(32, 32, 32, 32)
        }

    companion object {
        const val TEXT = "text"

        /** Whether the code was to bring the database's key back. */
        const val RECOVERS = "recovers"

        fun asked(
            context: Context,
            recovers: Boolean,
        ): Intent = Intent(context, ScanActivity::class.java).putExtra(RECOVERS, recovers)
    }
}

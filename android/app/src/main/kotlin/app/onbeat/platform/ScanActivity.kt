package app.onbeat.platform

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
            setResult(RESULT_OK, Intent().putExtra(TEXT, text))
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
    }
}

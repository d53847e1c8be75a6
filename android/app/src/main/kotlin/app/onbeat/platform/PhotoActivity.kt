package app.onbeat.platform

import android.content.Intent
import android.graphics.ImageFormat
import android.media.ImageReader
import android.view.View
import android.widget.Button
import app.onbeat.screens.Word
import java.util.concurrent.atomic.AtomicReference

private const val PHOTO_PIXELS = 2048 * 1536

/**
 * Takes one photo. Its bytes stay in this process' memory, to be fetched once: no file, no gallery, and too many for the
 * result of a window (https://developer.android.com/guide/components/activities/parcelables-and-bundles). A process that
 * ended meanwhile has no photo, and the rep takes another.
 */
class PhotoActivity : CameraActivity() {
    private var lensDegrees = 0

    override val givesAlways = false

    override fun reader(lens: Lens): ImageReader {
        lensDegrees = lens.degrees
        val size = lens.size(ImageFormat.JPEG, PHOTO_PIXELS)
        return ImageReader.newInstance(size.width, size.height, ImageFormat.JPEG, 1)
    }

    override fun onPicture(reader: ImageReader) {
        val jpeg =
            reader.acquireNextImage()?.use { image ->
                val plane = image.planes[0].buffer
                ByteArray(plane.remaining()).also(plane::get)
            }
        val upright = jpeg?.let { uprightJpeg(it, (lensDegrees - turned + 360) % 360) }
        runOnUiThread { if (upright == null) ends(Word.CAMERA_MISSING) else took(upright) }
    }

    private fun took(jpeg: ByteArray) {
        if (isFinishing) return
        taken.set(jpeg)
        setResult(RESULT_OK, Intent().putExtras(intent))
        finish()
    }

    override fun foot(): View =
        Button(this).apply {
            text = words.say(Word.TAKE_PHOTO)
            textSize = 20f
            minHeight = 160
            setOnClickListener { camera?.take() }
        }

    companion object {
        const val VISIT = "visit"
        private val taken = AtomicReference<ByteArray?>()

        /** The photo, once. */
        fun fetch(): ByteArray? = taken.getAndSet(null)
    }
}

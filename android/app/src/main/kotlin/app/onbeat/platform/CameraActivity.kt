package app.onbeat.platform

import android.Manifest.permission
import android.app.Activity
import android.content.pm.PackageManager
import android.graphics.ImageFormat
import android.graphics.SurfaceTexture
import android.media.ImageReader
import android.os.Build
import android.os.Bundle
import android.view.Gravity
import android.view.Surface
import android.view.TextureView
import android.view.View
import android.view.WindowManager
import android.widget.FrameLayout
import android.widget.Toast
import app.onbeat.screens.Word

private const val QUESTION = 1
private const val SHOWN_PIXELS = 1920 * 1080

/**
 * What the camera sees, over the whole window. The permission is asked for here, which is where a tap wanted the camera;
 * without it, or without a camera, words say so and the window closes.
 */
abstract class CameraActivity :
    Activity(),
    TextureView.SurfaceTextureListener {
    private lateinit var view: TextureView
    private var reader: ImageReader? = null
    private var hasAsked = false

    /** Open while the window is in front. */
    protected var camera: Camera? = null
        private set

    /** What gives the pictures. */
    protected abstract fun reader(lens: Lens): ImageReader

    /** A picture is there. */
    protected abstract fun onPicture(reader: ImageReader)

    /** Whether each picture that is shown is given. */
    protected abstract val givesAlways: Boolean

    /** What stands over the picture, at its foot. */
    protected abstract fun foot(): View

    protected val words by lazy { AndroidWords(this) }

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        hasAsked = state != null
        window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        view = TextureView(this).also { it.surfaceTextureListener = this }
        val all = FrameLayout.LayoutParams.MATCH_PARENT
        val frame = FrameLayout(this).apply { addView(view, FrameLayout.LayoutParams(all, all)) }
        val wide = FrameLayout.LayoutParams(all, FrameLayout.LayoutParams.WRAP_CONTENT, Gravity.BOTTOM)
        frame.addView(foot(), wide)
        // The window lies under the system's bars: https://developer.android.com/about/versions/15/behavior-changes-15#edge-to-edge
        frame.fitsSystemWindows = true
        setContentView(frame)
    }

    override fun onResume() {
        super.onResume()
        when {
            checkSelfPermission(permission.CAMERA) == PackageManager.PERMISSION_GRANTED -> {
                if (view.isAvailable) open(view.width, view.height)
            }

            !hasAsked -> {
                hasAsked = true
                requestPermissions(arrayOf(permission.CAMERA), QUESTION)
            }
        }
    }

    override fun onRequestPermissionsResult(
        code: Int,
        permissions: Array<String>,
        results: IntArray,
    ) {
        if (results.firstOrNull() != PackageManager.PERMISSION_GRANTED) ends(Word.CAMERA_REFUSED)
    }

    private fun open(
        width: Int,
        height: Int,
    ) {
        if (camera != null || isFinishing) return
        val lens = Lens.find(this) ?: return ends(Word.CAMERA_MISSING)
        val shown = lens.size(ImageFormat.PRIVATE, SHOWN_PIXELS)
        val texture = view.surfaceTexture?.apply { setDefaultBufferSize(shown.width, shown.height) } ?: return
        view.setTransform(upright(width, height, shown, turned))
        val reader = reader(lens).also { this.reader = it }
        val camera = Camera(lens, Surface(texture), reader.surface) { runOnUiThread { ends(Word.CAMERA_MISSING) } }
        this.camera = camera
        reader.setOnImageAvailableListener(::onPicture, camera.handler)
        camera.open(this, givesAlways)
    }

    /** By how much the window is turned from the phone's upright. */
    protected val turned: Int
        get() = QUARTERS.getValue(shownOn?.rotation ?: Surface.ROTATION_0)

    @Suppress("DEPRECATION")
    private val shownOn
        get() = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) display else windowManager.defaultDisplay

    override fun onPause() {
        close()
        super.onPause()
    }

    private fun close() {
        camera?.close()
        camera = null
        reader?.close()
        reader = null
    }

    /** Nothing comes of it, and words say why. */
    protected fun ends(why: Word) {
        if (isFinishing) return
        Toast.makeText(this, words.say(why), Toast.LENGTH_LONG).show()
        finish()
    }

    override fun onSurfaceTextureAvailable(
        texture: SurfaceTexture,
        width: Int,
        height: Int,
    ) {
        if (checkSelfPermission(permission.CAMERA) == PackageManager.PERMISSION_GRANTED) open(width, height)
    }

    /** The window was turned or made smaller: the camera is opened anew for it. */
    override fun onSurfaceTextureSizeChanged(
        texture: SurfaceTexture,
        width: Int,
        height: Int,
    ) {
        close()
        open(width, height)
    }

    override fun onSurfaceTextureDestroyed(texture: SurfaceTexture): Boolean {
        close()
        return true
    }

    override fun onSurfaceTextureUpdated(texture: SurfaceTexture) = Unit

    private companion object {
        val QUARTERS =
            mapOf(
                Surface.ROTATION_0 to 0,
                Surface.ROTATION_90 to 90,
                Surface.ROTATION_180 to 180,
                Surface.ROTATION_270 to 270,
            )
    }
}

package app.onbeat.platform

import android.annotation.SuppressLint
import android.content.Context
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CaptureRequest
import android.os.Handler
import android.os.HandlerThread
import android.view.Surface

/** A camera that is open: it shows on one surface, and gives pictures to another. [failed] is told once nothing goes any more. */
class Camera(
    private val lens: Lens,
    private val shows: Surface,
    private val gives: Surface,
    private val failed: () -> Unit,
) : AutoCloseable {
    private val thread = HandlerThread("camera").apply { start() }

    /** What comes from it comes on this thread. */
    val handler = Handler(thread.looper)
    private var device: CameraDevice? = null
    private var session: CameraCaptureSession? = null
    private var isClosed = false

    /** [alwaysGives]: each picture that is shown is given, too; else only what is [taken]. */
    @SuppressLint("MissingPermission")
    fun open(
        context: Context,
        alwaysGives: Boolean,
    ) {
        val manager = context.getSystemService(Context.CAMERA_SERVICE) as CameraManager
        tried { manager.openCamera(lens.id, Opened(alwaysGives), handler) }
    }

    /** Gives one picture. */
    fun take() {
        val device = device ?: return
        tried {
            val request = device.createCaptureRequest(CameraDevice.TEMPLATE_STILL_CAPTURE).focused()
            request.set(CaptureRequest.JPEG_QUALITY, JPEG_QUALITY)
            request.addTarget(gives)
            session?.capture(request.build(), null, handler)
        }
    }

    private inner class Opened(
        private val alwaysGives: Boolean,
    ) : CameraDevice.StateCallback() {
        @Suppress("DEPRECATION")
        override fun onOpened(camera: CameraDevice) {
            if (isClosed) return camera.close()
            device = camera
            tried { camera.createCaptureSession(listOf(shows, gives), Ready(alwaysGives), handler) }
        }

        override fun onDisconnected(camera: CameraDevice) = lost(camera)

        override fun onError(
            camera: CameraDevice,
            error: Int,
        ) = lost(camera)

        /** Another app took it, or the phone has none to give now. */
        private fun lost(camera: CameraDevice) {
            camera.close()
            if (!isClosed) failed()
        }
    }

    private inner class Ready(
        private val alwaysGives: Boolean,
    ) : CameraCaptureSession.StateCallback() {
        override fun onConfigured(session: CameraCaptureSession) {
            if (isClosed) return
            this@Camera.session = session
            tried {
                val request = session.device.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW).focused()
                request.addTarget(shows)
                if (alwaysGives) request.addTarget(gives)
                session.setRepeatingRequest(request.build(), null, handler)
            }
        }

        override fun onConfigureFailed(session: CameraCaptureSession) = failed()
    }

    private fun CaptureRequest.Builder.focused() =
        apply { set(CaptureRequest.CONTROL_AF_MODE, CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE) }

    /** A camera may be gone at each call: taken by another app, closed, forbidden by the company's device rules. */
    private fun tried(work: () -> Unit) {
        try {
            work()
        } catch (_: CameraAccessException) {
            failed()
        } catch (_: SecurityException) {
            failed()
        } catch (_: IllegalStateException) {
            if (!isClosed) failed()
        }
    }

    override fun close() {
        isClosed = true
        session?.close()
        device?.close()
        thread.quitSafely()
    }

    private companion object {
        const val JPEG_QUALITY: Byte = 85
    }
}

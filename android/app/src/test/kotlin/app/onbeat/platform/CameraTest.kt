package app.onbeat.platform

import android.Manifest.permission
import android.app.Activity
import android.content.Context
import android.content.pm.PackageManager
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.Color
import android.graphics.RectF
import android.graphics.SurfaceTexture
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraManager
import android.util.Size
import app.onbeat.screens.Word
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.GraphicsMode
import org.robolectric.shadows.ShadowCameraCharacteristics
import org.robolectric.shadows.ShadowToast
import java.io.ByteArrayOutputStream
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue

@RunWith(RobolectricTestRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
class CameraTest {
    @get:Rule
    val phone = PhoneRule()

    private fun hasCamera(where: Int) {
        val traits = ShadowCameraCharacteristics.newCameraCharacteristics()
        shadowOf(traits).set(CameraCharacteristics.LENS_FACING, where)
        shadowOf(traits).set(CameraCharacteristics.SENSOR_ORIENTATION, 90)
        shadowOf(phone.app.getSystemService(Context.CAMERA_SERVICE) as CameraManager).addCamera("$where", traits)
    }

    @Test
    fun `the camera is asked for at the tap, and a refusal is said and leads back`() {
        val scan = Robolectric.buildActivity(ScanActivity::class.java).setup()
        assertEquals(
            listOf(permission.CAMERA),
            shadowOf(scan.get()).lastRequestedPermission.requestedPermissions.toList(),
        )
        val refused = intArrayOf(PackageManager.PERMISSION_DENIED)
        scan.get().onRequestPermissionsResult(1, arrayOf(permission.CAMERA), refused)
        assertTrue(scan.get().isFinishing)
        assertEquals(Activity.RESULT_CANCELED, shadowOf(scan.get()).resultCode)
        assertEquals(phone.says(Word.CAMERA_REFUSED), ShadowToast.getTextOfLatestToast())
    }

    @Test
    fun `a phone without a camera says so and leads back`() {
        phone.grant(permission.CAMERA)
        val photo = Robolectric.buildActivity(PhotoActivity::class.java).setup()
        photo.get().onSurfaceTextureAvailable(SurfaceTexture(0), 1080, 2200)
        assertTrue(photo.get().isFinishing)
        assertEquals(phone.says(Word.CAMERA_MISSING), ShadowToast.getTextOfLatestToast())
    }

    @Test
    fun `the camera at the back is taken, else the one there is`() {
        assertNull(Lens.find(phone.app))
        hasCamera(CameraCharacteristics.LENS_FACING_FRONT)
        assertEquals("0", Lens.find(phone.app)?.id)
        hasCamera(CameraCharacteristics.LENS_FACING_BACK)
        assertEquals("1" to 90, Lens.find(phone.app)?.run { id to degrees })
    }

    @Test
    fun `the largest picture that fits is taken, else the smallest`() {
        val sizes = listOf(Size(640, 480), Size(4000, 3000), Size(1280, 720))
        assertEquals(Size(1280, 720), fitting(sizes, 1280 * 720))
        assertEquals(Size(640, 480), fitting(sizes, 100))
        assertEquals(Size(640, 480), fitting(emptyList(), 100))
    }

    @Test
    fun `the picture fills the window in its own proportions, however the phone is held`() {
        for (turned in listOf(0, 90, 180, 270)) {
            val (width, height) = if (turned % 180 == 0) 1080 to 2200 else 2200 to 1080
            val window = RectF(0f, 0f, width.toFloat(), height.toFloat())
            val shown = RectF(window)
            upright(width, height, Size(1920, 1080), turned).mapRect(shown)
            shown.inset(-0.5f, -0.5f)
            assertTrue(shown.contains(window), "$turned: $shown")
            val (long, short) = maxOf(shown.width(), shown.height()) to minOf(shown.width(), shown.height())
            assertEquals(1920f / 1080, long / short, 0.01f, "$turned")
        }
    }

    @Test
    fun `a photo is turned by its pixels`() {
        val lying = Bitmap.createBitmap(64, 32, Bitmap.Config.ARGB_8888)
        for (x in 0..<64) for (y in 0..<32) lying.setPixel(x, y, if (x < 32) Color.RED else Color.BLUE)
        val jpeg = ByteArrayOutputStream().also { lying.compress(Bitmap.CompressFormat.JPEG, 95, it) }.toByteArray()
        val standing = checkNotNull(uprightJpeg(jpeg, 90)).let { BitmapFactory.decodeByteArray(it, 0, it.size) }
        assertEquals(32 to 64, standing.width to standing.height)
        assertTrue(Color.red(standing.getPixel(16, 8)) > 200, "the left is up")
        assertTrue(Color.blue(standing.getPixel(16, 56)) > 200)
        assertNull(uprightJpeg(byteArrayOf(1, 2, 3), 90))
    }
}

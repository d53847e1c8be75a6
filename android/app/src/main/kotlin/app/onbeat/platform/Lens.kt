package app.onbeat.platform

import android.content.Context
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraManager
import android.util.Size

/** The camera at the phone's back, or what there is instead. */
class Lens(
    val id: String,
    private val traits: CameraCharacteristics,
) {
    /** By how much its pictures lie turned, clockwise, in a phone that stands upright. */
    val degrees: Int
        get() = traits.get(CameraCharacteristics.SENSOR_ORIENTATION) ?: 0

    /** The largest picture of a format that has no more than so many pixels. */
    fun size(
        format: Int,
        mostPixels: Int,
    ): Size {
        val sizes = traits.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP)?.getOutputSizes(format)
        return fitting(sizes.orEmpty().toList(), mostPixels)
    }

    companion object {
        /** None where there is none, or the system keeps it from apps just now. */
        fun find(context: Context): Lens? {
            val manager = context.getSystemService(Context.CAMERA_SERVICE) as CameraManager
            val lenses =
                try {
                    manager.cameraIdList.map { Lens(it, manager.getCameraCharacteristics(it)) }
                } catch (_: CameraAccessException) {
                    return null
                }
            return lenses.find { it.looks(CameraCharacteristics.LENS_FACING_BACK) } ?: lenses.firstOrNull()
        }
    }

    private fun looks(where: Int) = traits.get(CameraCharacteristics.LENS_FACING) == where
}

/** Of sizes none of which may fit, nor any be told. */
internal fun fitting(
    sizes: List<Size>,
    mostPixels: Int,
): Size {
    val fits = sizes.filter { it.pixels <= mostPixels }
    return fits.maxByOrNull { it.pixels } ?: sizes.minByOrNull { it.pixels } ?: Size(640, 480)
}

private val Size.pixels get() = width * height

package app.onbeat.platform

import android.media.Image
import com.google.zxing.BinaryBitmap
import com.google.zxing.DecodeHintType
import com.google.zxing.PlanarYUVLuminanceSource
import com.google.zxing.ReaderException
import com.google.zxing.common.HybridBinarizer
import com.google.zxing.qrcode.QRCodeReader

/** A picture's brightness, a byte a pixel, [stride] bytes a line: what a camera gives for its first plane. */
class Brightness(
    val bytes: ByteArray,
    val stride: Int,
    val width: Int,
    val height: Int,
)

/** The text of the QR code in a picture; dark on bright or, as on some screens, the other way round. */
fun qrText(picture: Brightness): String? {
    val source =
        PlanarYUVLuminanceSource(
            picture.bytes,
            picture.stride,
            picture.height,
            0,
            0,
            picture.width,
            picture.height,
            false,
        )
    return listOf(source, source.invert()).firstNotNullOfOrNull { read(BinaryBitmap(HybridBinarizer(it))) }
}

private fun read(picture: BinaryBitmap): String? =
    try {
        QRCodeReader().decode(picture, mapOf(DecodeHintType.TRY_HARDER to true)).text
    } catch (_: ReaderException) {
        null
    }

/** The first plane of what a camera gives is its brightness, each pixel a byte; its lines may be longer than it is wide. */
internal fun brightness(image: Image): Brightness {
    val plane = image.planes[0]
    val bytes = ByteArray(plane.buffer.remaining()).also(plane.buffer::get)
    // The last line ends with its last pixel.
    val whole = if (bytes.size < plane.rowStride * image.height) bytes.copyOf(plane.rowStride * image.height) else bytes
    return Brightness(whole, plane.rowStride, image.width, image.height)
}

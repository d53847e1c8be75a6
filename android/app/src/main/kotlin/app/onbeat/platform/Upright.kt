package app.onbeat.platform

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.Matrix
import android.graphics.RectF
import android.util.Size
import java.io.ByteArrayOutputStream

private const val QUALITY = 85

/**
 * Fills a window of [width] by [height] with what the camera sees, uncut in its proportions. A texture shows the picture as
 * in a phone that stands upright, drawn out to the window; [turned] is the window's quarter turn.
 */
internal fun upright(
    width: Int,
    height: Int,
    picture: Size,
    turned: Int,
): Matrix {
    val window = RectF(0f, 0f, width.toFloat(), height.toFloat())
    val (x, y) = window.centerX() to window.centerY()
    val seen = RectF(0f, 0f, picture.height.toFloat(), picture.width.toFloat())
    seen.offset(x - seen.centerX(), y - seen.centerY())
    val isOnSide = turned % 180 != 0
    val (across, down) = if (isOnSide) seen.height() to seen.width() else seen.width() to seen.height()
    val scale = maxOf(width / across, height / down)
    return Matrix().apply {
        setRectToRect(window, seen, Matrix.ScaleToFit.FILL)
        postScale(scale, scale, x, y)
        // Against the window's turn; a half turn is its own opposite.
        postRotate(if (isOnSide) turned - 180f else turned.toFloat(), x, y)
    }
}

/**
 * A photo with its pixels the right way up, turned clockwise by [degrees]: what a JPEG says of its way up is taken out with
 * all else it says besides the picture. Only ever in memory.
 */
internal fun uprightJpeg(
    jpeg: ByteArray,
    degrees: Int,
): ByteArray? {
    val lying = BitmapFactory.decodeByteArray(jpeg, 0, jpeg.size) ?: return null
    val turn = Matrix().apply { postRotate(degrees.toFloat()) }
    val standing = Bitmap.createBitmap(lying, 0, 0, lying.width, lying.height, turn, true)
    val out = ByteArrayOutputStream()
    return if (standing.compress(Bitmap.CompressFormat.JPEG, QUALITY, out)) out.toByteArray() else null
}

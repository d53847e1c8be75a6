package app.onbeat.platform

import com.google.zxing.BarcodeFormat
import com.google.zxing.qrcode.QRCodeWriter
import java.util.Random
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull

class QrCodeTest {
    private val key = "ew-xd2WqCuOypdsJVxKenXfYTeqOiuvCwPTzAe9cDg8"

    /** The longest that there is: it names as many TLS keys as it may. */
    private val link =
        "https://desk.example/enrol#code=E-8ZC8dH5sXoHyEnzgdahxRYgHHqytbm_9ewsl74jLM&key=$key&next=$key" +
            "&pin=$key".repeat(4)

    /** As a camera sees it in a room: grey on grey, noisy, in lines longer than the picture; [turn] is in degrees. */
    private fun seen(
        dark: Int = 60,
        bright: Int = 190,
        turn: Double = 0.0,
    ): Brightness {
        val (width, height, stride) = Triple(1280, 720, 1344)
        val code = QRCodeWriter().encode(link, BarcodeFormat.QR_CODE, 500, 500)
        val noise = Random(1)
        val bytes = ByteArray(stride * height)
        val (sine, cosine) = Math.sin(Math.toRadians(turn)) to Math.cos(Math.toRadians(turn))
        for (y in 0..<height) {
            for (x in 0..<width) {
                val (dx, dy) = (x - width / 2) to (y - height / 2)
                val (u, v) = (dx * cosine + dy * sine + 250).toInt() to (dy * cosine - dx * sine + 250).toInt()
                val isDark = u in 0..<500 && v in 0..<500 && code[u, v]
                bytes[y * stride + x] = ((if (isDark) dark else bright) + noise.nextInt(40) - 20).toByte()
            }
        }
        return Brightness(bytes, stride, width, height)
    }

    @Test
    fun `the desk's code is read, straight, turned and on its head`() {
        listOf(0.0, 12.0, 90.0, 180.0, 270.0).forEach { assertEquals(link, qrText(seen(turn = it)), "$it degrees") }
    }

    @Test
    fun `a code bright on dark is read too`() {
        assertEquals(link, qrText(seen(dark = 190, bright = 60)))
    }

    @Test
    fun `what holds no code says nothing`() {
        assertNull(qrText(seen(dark = 120, bright = 120)))
        assertNull(qrText(Brightness(ByteArray(640 * 480), 640, 640, 480)))
    }
}

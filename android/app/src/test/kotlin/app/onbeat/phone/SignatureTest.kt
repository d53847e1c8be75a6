package app.onbeat.phone

import java.security.KeyPairGenerator
import java.security.Signature
import java.security.spec.ECGenParameterSpec
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

class SignatureTest {
    private val pair =
        KeyPairGenerator
            .getInstance("EC")
            .apply {
                initialize(ECGenParameterSpec("secp256r1"))
            }.generateKeyPair()

    /** Often enough that numbers with zeros and with signs in front come up. */
    @Test
    fun `a keystore's signatures verify as core reads them`() {
        repeat(600) { n ->
            val message = "record $n".toByteArray()
            val der =
                Signature
                    .getInstance(
                        "SHA256withECDSA",
                    ).run { initSign(pair.private).let { update(message) }.let { sign() } }
            val verifier = Signature.getInstance("SHA256withECDSAinP1363Format").apply { initVerify(pair.public) }
            verifier.update(message)
            assertTrue(verifier.verify(rawSignature(der)), "signature $n")
        }
    }

    @Test
    fun `a public key is its point`() {
        val point = publicPoint(pair.public.encoded)
        assertEquals(65 to 4, point.size to point[0].toInt())
        assertFailsWith<IllegalArgumentException> { publicPoint(ByteArray(65)) }
    }

    @Test
    fun `what is no signature is refused`() {
        val cases = listOf("", "3000", "3006020101020101ff", "30050201010201", "300602010102200101", "3003020100")
        cases.forEach { hex ->
            val bytes = hex.chunked(2).map { it.toInt(16).toByte() }.toByteArray()
            assertFailsWith<IllegalArgumentException>(hex) { rawSignature(bytes) }
        }
    }
}

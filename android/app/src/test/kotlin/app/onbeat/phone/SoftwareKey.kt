package app.onbeat.phone

import uniffi.onbeat_core.Platform
import java.io.File
import java.math.BigInteger
import java.security.KeyFactory
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.SecureRandom
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec
import java.security.spec.PKCS8EncodedKeySpec
import java.security.spec.X509EncodedKeySpec

/** A phone's key in a folder, in place of the one in its hardware; time is what the test says. */
class SoftwareKey(
    private val folder: File,
) : Platform {
    @Volatile var nowElapsedMs = 0L

    private val random = SecureRandom()
    private var pair = kept() ?: made()

    override fun sign(message: ByteArray): ByteArray =
        Signature.getInstance("SHA256withECDSAinP1363Format").run {
            initSign(pair.private)
            update(message)
            sign()
        }

    override fun publicKey(): ByteArray {
        val point = (pair.public as ECPublicKey).w
        return byteArrayOf(4) + coordinate(point.affineX) + coordinate(point.affineY)
    }

    override fun newKey(): ByteArray {
        pair = made()
        return publicKey()
    }

    override fun random(n: UInt) = ByteArray(n.toInt()).also(random::nextBytes)

    override fun elapsedMs() = nowElapsedMs

    private fun made(): KeyPair {
        val generator = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }
        return generator.generateKeyPair().also {
            folder.mkdirs()
            File(folder, "key.private").writeBytes(it.private.encoded)
            File(folder, "key.public").writeBytes(it.public.encoded)
        }
    }

    private fun kept(): KeyPair? {
        val (public, private) = File(folder, "key.public") to File(folder, "key.private")
        if (!private.exists()) return null
        val keys = KeyFactory.getInstance("EC")
        return KeyPair(
            keys.generatePublic(X509EncodedKeySpec(public.readBytes())),
            keys.generatePrivate(PKCS8EncodedKeySpec(private.readBytes())),
        )
    }

    /** 32 bytes, without the sign that a big integer writes. */
    private fun coordinate(number: BigInteger): ByteArray {
        val bytes = number.toByteArray()
        val magnitude = bytes.copyOfRange(maxOf(0, bytes.size - 32), bytes.size)
        return ByteArray(32 - magnitude.size) + magnitude
    }
}

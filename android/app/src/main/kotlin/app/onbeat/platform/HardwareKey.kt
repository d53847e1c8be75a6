package app.onbeat.platform

import android.content.Context
import android.content.pm.PackageManager
import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyInfo
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import app.onbeat.phone.BootClock
import app.onbeat.phone.publicPoint
import app.onbeat.phone.rawSignature
import uniffi.onbeat_core.Grade
import uniffi.onbeat_core.Platform
import uniffi.onbeat_core.SignException
import java.security.GeneralSecurityException
import java.security.KeyFactory
import java.security.KeyPairGenerator
import java.security.KeyStore
import java.security.PrivateKey
import java.security.ProviderException
import java.security.SecureRandom
import java.security.Signature
import java.security.spec.ECGenParameterSpec

private const val STORE = "AndroidKeyStore"
private const val ALIAS = "signing"

/** From Android 12 on the keystore names the place; before, it says whether there is one. */
private fun gradeOf(key: KeyInfo): Grade {
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) return gradeOf(key.securityLevel)
    @Suppress("DEPRECATION")
    return if (key.isInsideSecureHardware) Grade.HARDWARE else Grade.SOFTWARE
}

internal fun gradeOf(securityLevel: Int): Grade =
    when (securityLevel) {
        KeyProperties.SECURITY_LEVEL_TRUSTED_ENVIRONMENT,
        KeyProperties.SECURITY_LEVEL_STRONGBOX,
        KeyProperties.SECURITY_LEVEL_UNKNOWN_SECURE,
        -> Grade.HARDWARE

        else -> Grade.SOFTWARE
    }

/** The signing key in the phone's hardware, in a chip of its own where there is one. It can't be read, only used. */
class HardwareKey(
    private val context: Context,
    private val clock: BootClock,
) : Platform {
    private val random = SecureRandom()

    override fun sign(message: ByteArray): ByteArray =
        refused {
            val signature = Signature.getInstance("SHA256withECDSA").apply { initSign(privateKey()) }
            signature.update(message)
            rawSignature(signature.sign())
        }

    override fun publicKey(): ByteArray =
        refused {
            val certificate = store().getCertificate(ALIAS) ?: throw SignException.KeyGone()
            publicPoint(certificate.publicKey.encoded)
        }

    override fun newKey(): ByteArray {
        refused { make() }
        return publicKey()
    }

    /** Makes the key of a new phone. */
    fun makeIfNew() {
        refused { if (!store().containsAlias(ALIAS)) make() }
    }

    /** Where the key lies, as the keystore says; one that says nothing is taken for software. */
    val grade: Grade
        get() =
            try {
                val key = privateKey()
                gradeOf(KeyFactory.getInstance(key.algorithm, STORE).getKeySpec(key, KeyInfo::class.java))
            } catch (_: GeneralSecurityException) {
                Grade.SOFTWARE
            } catch (_: ProviderException) {
                Grade.SOFTWARE
            } catch (_: SignException) {
                Grade.SOFTWARE
            }

    override fun random(n: UInt) = ByteArray(n.toInt()).also(random::nextBytes)

    override fun elapsedMs() = clock.elapsedMs()

    private fun store() = KeyStore.getInstance(STORE).apply { load(null) }

    private fun privateKey() = store().getKey(ALIAS, null) as? PrivateKey ?: throw SignException.KeyGone()

    private fun make() {
        val hasChip =
            Build.VERSION.SDK_INT >= Build.VERSION_CODES.P &&
                context.packageManager.hasSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE)
        try {
            generate(inChip = hasChip)
        } catch (_: StrongBoxUnavailableException) {
            generate(inChip = false)
        }
    }

    private fun generate(inChip: Boolean) {
        val spec =
            KeyGenParameterSpec
                .Builder(ALIAS, KeyProperties.PURPOSE_SIGN)
                .setAlgorithmParameterSpec(ECGenParameterSpec("secp256r1"))
                .setDigests(KeyProperties.DIGEST_SHA256)
        if (inChip && Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) spec.setIsStrongBoxBacked(true)
        KeyPairGenerator.getInstance(KeyProperties.KEY_ALGORITHM_EC, STORE).run {
            initialize(spec.build())
            generateKeyPair()
        }
    }

    /** What the keystore refuses, in core's terms: a permanent loss is named only where the key is not there. */
    private fun <T> refused(work: () -> T): T =
        try {
            work()
        } catch (error: GeneralSecurityException) {
            throw SignException.Failed(error.toString())
        } catch (error: ProviderException) {
            throw SignException.Failed(error.toString())
        }
}

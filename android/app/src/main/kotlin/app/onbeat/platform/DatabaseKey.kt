package app.onbeat.platform

import android.content.Context
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import java.io.File
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.SecureRandom
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

private const val STORE = "AndroidKeyStore"
private const val ALIAS = "database"
private const val CIPHER = "AES/GCM/NoPadding"
private const val NONCE_BYTES = 12
private const val TAG_BITS = 128

/** The database's key, in a file that only the phone's hardware can open. Neither is ever backed up. */
class DatabaseKey(
    context: Context,
) {
    private val file = File(context.noBackupFilesDir, "database.key")

    /**
     * The key of the folder: 32 bytes, made at the first use.
     *
     * @throws java.security.GeneralSecurityException where the hardware lost what opens it: the server has a copy.
     */
    fun get(): ByteArray = if (file.exists()) opened(file.readBytes()) else made()

    /** Keeps a key that the server gave back; what the hardware lost is made anew. */
    fun keep(key: ByteArray) =
        try {
            wrap(key)
        } catch (_: GeneralSecurityException) {
            store().deleteEntry(ALIAS)
            wrap(key)
        }

    private fun wrap(key: ByteArray) {
        val cipher = Cipher.getInstance(CIPHER).apply { init(Cipher.ENCRYPT_MODE, wrapping()) }
        val whole = File(file.path + ".new").apply { writeBytes(cipher.iv + cipher.doFinal(key)) }
        check(whole.renameTo(file)) { "the key's file can't be put in its place" }
    }

    private fun made() = ByteArray(32).also(SecureRandom()::nextBytes).also(::keep)

    private fun opened(wrapped: ByteArray): ByteArray {
        val nonce = GCMParameterSpec(TAG_BITS, wrapped, 0, NONCE_BYTES)
        val cipher = Cipher.getInstance(CIPHER).apply { init(Cipher.DECRYPT_MODE, wrapping(), nonce) }
        return cipher.doFinal(wrapped, NONCE_BYTES, wrapped.size - NONCE_BYTES)
    }

    private fun store() = KeyStore.getInstance(STORE).apply { load(null) }

    private fun wrapping(): SecretKey {
        (store().getKey(ALIAS, null) as? SecretKey)?.let { return it }
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val spec =
            KeyGenParameterSpec
                .Builder(ALIAS, purposes)
                .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
                .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
                .setKeySize(256)
        return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, STORE).run {
            init(spec.build())
            generateKey()
        }
    }
}

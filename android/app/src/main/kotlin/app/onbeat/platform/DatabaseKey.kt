package app.onbeat.platform

import android.content.Context
import android.system.ErrnoException
import android.system.OsConstants
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.SignException
import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardOpenOption.READ
import java.security.GeneralSecurityException
import java.security.InvalidKeyException
import java.security.ProviderException
import java.security.SecureRandom
import javax.crypto.Cipher
import javax.crypto.spec.GCMParameterSpec

private const val CIPHER = "AES/GCM/NoPadding"
private const val KEY_BYTES = 32
private const val NONCE_BYTES = 12
private const val TAG_BYTES = 16

/** The database's key, in a file that only the phone's hardware can open. Neither is ever backed up. */
class DatabaseKey(
    context: Context,
    private val wrapping: Wrapping = HardwareWrapping,
) {
    private val folder = context.noBackupFilesDir.toPath()
    private val file = File(context.noBackupFilesDir, "database.key")

    /** The key of the folder: 32 bytes, made at the first use. What keystore and disk refuse is core's exception. */
    fun get(): ByteArray = refused { if (file.exists()) opened(file.readBytes()) else made() }

    /** Keeps a key that the server gave back; what the hardware lost is made anew. */
    fun keep(key: ByteArray) = refused { write(wrapped(key)) }

    private fun made() = ByteArray(KEY_BYTES).also(SecureRandom()::nextBytes).also { write(wrapped(it)) }

    private fun wrapped(key: ByteArray): ByteArray =
        try {
            wrap(key)
        } catch (_: GeneralSecurityException) {
            wrapping.drop()
            wrap(key)
        }

    private fun wrap(key: ByteArray): ByteArray {
        val cipher = Cipher.getInstance(CIPHER).apply { init(Cipher.ENCRYPT_MODE, wrapping.key()) }
        return cipher.iv + cipher.doFinal(key)
    }

    private fun opened(wrapped: ByteArray): ByteArray {
        if (wrapped.size != NONCE_BYTES + KEY_BYTES + TAG_BYTES) throw InvalidKeyException("the key's file is cut off")
        val nonce = GCMParameterSpec(TAG_BYTES * 8, wrapped, 0, NONCE_BYTES)
        val cipher = Cipher.getInstance(CIPHER).apply { init(Cipher.DECRYPT_MODE, wrapping.key(), nonce) }
        return cipher.doFinal(wrapped, NONCE_BYTES, wrapped.size - NONCE_BYTES)
    }

    /** After a power cut the file is as it was, or this: never a part of it. */
    private fun write(wrapped: ByteArray) {
        val whole = File(file.path + ".new")
        FileOutputStream(whole).use {
            it.write(wrapped)
            it.fd.sync()
        }
        Files.move(whole.toPath(), file.toPath(), ATOMIC_MOVE)
        FileChannel.open(folder, READ).use { it.force(true) }
    }

    /**
     * A lost key is core's word for it: that leads to the server's copy. Hardware that does not answer just now is asked
     * again at the next call.
     */
    private fun <T> refused(work: () -> T): T =
        try {
            work()
        } catch (error: GeneralSecurityException) {
            throw PhoneException.WrongKey().apply { initCause(error) }
        } catch (error: ProviderException) {
            throw PhoneException.Sign(SignException.Failed(error.toString()))
        } catch (error: IOException) {
            val isFull = (error.cause as? ErrnoException)?.errno == OsConstants.ENOSPC
            throw if (isFull) PhoneException.StorageFull() else PhoneException.Storage(error.toString())
        }
}

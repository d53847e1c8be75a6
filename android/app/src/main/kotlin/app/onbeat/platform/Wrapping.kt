package app.onbeat.platform

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import java.security.KeyStore
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey

private const val STORE = "AndroidKeyStore"
private const val ALIAS = "database"

/** The key that the database's is wrapped with. */
interface Wrapping {
    /** Made at the first use. */
    fun key(): SecretKey

    /** The next is another. */
    fun drop()
}

/** It lies in the phone's hardware and can't be read, only used. */
object HardwareWrapping : Wrapping {
    override fun key(): SecretKey {
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

    override fun drop() = store().deleteEntry(ALIAS)

    private fun store() = KeyStore.getInstance(STORE).apply { load(null) }
}

package app.onbeat.platform

import android.content.Context
import android.net.Uri
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.io.IOException

/**
 * Writes the rep's own copy of the log to a file that was chosen; whether that went well. A document's provider may say no
 * in either of these ways, or give nothing to write to; without the `t` it may leave the end of a longer file
 * (https://developer.android.com/reference/android/content/ContentResolver#openOutputStream(android.net.Uri,%20java.lang.String)).
 */
suspend fun Context.saves(
    copy: String,
    to: Uri,
): Boolean =
    withContext(Dispatchers.IO) {
        try {
            contentResolver.openOutputStream(to, "wt")?.use { it.write(copy.toByteArray()) } != null
        } catch (_: IOException) {
            false
        } catch (_: SecurityException) {
            false
        }
    }

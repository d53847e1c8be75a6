package app.onbeat.platform

import android.content.Context
import android.content.pm.PackageManager
import android.net.Uri

/** Who answers for the app, as whoever built it said: it stands in the manifest. What is empty is not shown. */
class Built(
    context: Context,
) {
    private val said =
        context.packageManager.getApplicationInfo(context.packageName, PackageManager.GET_META_DATA).metaData

    val operator = text("operator")

    /** The number of the app's filing in China. */
    val filing = text("filing")

    /** The operator's privacy policy; none where no page is named. */
    val policy: Uri? = text("policy").takeIf { it.isNotEmpty() }?.let(Uri::parse)

    /** A number alone is no text in a manifest. */
    @Suppress("DEPRECATION")
    private fun text(name: String): String = said?.get("app.onbeat.$name")?.toString().orEmpty()
}

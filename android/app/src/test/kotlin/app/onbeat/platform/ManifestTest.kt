package app.onbeat.platform

import org.w3c.dom.Document
import org.w3c.dom.Element
import java.io.File
import javax.xml.parsers.DocumentBuilderFactory
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** What the platform and the stores read of the app: what it may do, who may call it, and what never leaves the phone. */
class ManifestTest {
    private val app = File(checkNotNull(System.getProperty("onbeat.app")) { "run by `cargo xtask test kotlin`" })
    private val manifest = xml("main/AndroidManifest.xml")
    private val gradle = File(app, "../build.gradle.kts").readText()

    private fun xml(path: String): Document =
        DocumentBuilderFactory
            .newInstance()
            .apply { isNamespaceAware = true }
            .newDocumentBuilder()
            .parse(File(app, path))

    private fun Document.elements(name: String) = documentElement.elements(name)

    private fun Element.elements(name: String): List<Element> {
        val all = getElementsByTagName(name)
        return (0..<all.length).map { all.item(it) as Element }
    }

    private fun Element.says(name: String) = getAttributeNS("http://schemas.android.com/apk/res/android", name)

    private fun built(name: String) = said("""\b$name = (\d+)""").toInt()

    /** What Gradle's file says where the pattern's group is. */
    private fun said(pattern: String) = checkNotNull(Regex(pattern).find(gradle)) { pattern }.groupValues[1]

    @Test
    fun `these permissions are asked for and no others`() {
        val asked = manifest.elements("uses-permission").map { it.says("name").removePrefix("android.permission.") }
        val wanted =
            setOf(
                "INTERNET",
                "ACCESS_NETWORK_STATE",
                "WAKE_LOCK",
                "ACCESS_COARSE_LOCATION",
                "ACCESS_FINE_LOCATION",
                "ACCESS_BACKGROUND_LOCATION",
                "FOREGROUND_SERVICE",
                "FOREGROUND_SERVICE_LOCATION",
                "POST_NOTIFICATIONS",
                "RECEIVE_BOOT_COMPLETED",
                "SCHEDULE_EXACT_ALARM",
                "CAMERA",
            )
        assertEquals(wanted, asked.toSet())
        assertEquals(wanted.size, asked.size)
        val camera = manifest.elements("uses-feature").single { it.says("name") == "android.hardware.camera.any" }
        assertEquals("false", camera.says("required"), "a phone without one does without")
    }

    @Test
    fun `other apps reach the one window alone`() {
        val parts = listOf("activity", "service", "receiver", "provider").flatMap { manifest.elements(it) }
        val exported = parts.associate { it.says("name").substringAfterLast('.') to it.says("exported") }
        val closed = listOf("ScanActivity", "PhotoActivity", "Recorder", "SendJob", "OneTap", "Wakes")
        assertEquals(closed.associateWith { "false" } + ("MainActivity" to "true"), exported)
    }

    @Test
    fun `the service in front is of type location, and the job is the system's to call`() {
        val services = manifest.elements("service").associateBy { it.says("name").substringAfterLast('.') }
        assertEquals("location", services.getValue("Recorder").says("foregroundServiceType"))
        assertEquals("android.permission.BIND_JOB_SERVICE", services.getValue("SendJob").says("permission"))
    }

    @Test
    fun `it is woken by a start of the phone, an update of the app, and a change of clock or zone`() {
        val wakes = manifest.elements("receiver").single { it.says("name").endsWith("Wakes") }
        val names = wakes.elements("action").map { it.says("name").removePrefix("android.intent.action.") }
        val wanted = setOf("BOOT_COMPLETED", "MY_PACKAGE_REPLACED", "TIME_SET", "TIMEZONE_CHANGED")
        assertEquals(wanted, names.toSet())
    }

    @Test
    fun `nothing goes into a backup or to another phone, and nothing in the clear`() {
        val application = manifest.elements("application").single()
        assertEquals("false", application.says("allowBackup"))
        assertEquals("false", application.says("usesCleartextTraffic"))
        assertEquals("@xml/data_extraction_rules", application.says("dataExtractionRules"))
        val rules = xml("main/res/xml/data_extraction_rules.xml")
        val everything = setOf("root", "file", "database", "sharedpref", "external")
        listOf("cloud-backup", "device-transfer").forEach { way ->
            val rule = rules.elements(way).single()
            assertEquals(emptyList(), rule.elements("include"), way)
            val excluded = rule.elements("exclude")
            assertEquals(everything, excluded.map { it.getAttribute("domain") }.toSet(), way)
            assertTrue(excluded.all { it.getAttribute("path") == "." }, way)
        }
    }

    @Test
    fun `it runs from Android 8 on and is built for the newest`() {
        assertEquals(listOf(26, 36, 36), listOf("minSdk", "targetSdk", "compileSdk").map(::built))
        assertEquals(setOf("arm64-v8a", "armeabi-v7a", "x86_64"), abis())
        assertEquals(emptyList(), manifest.elements("uses-sdk"), "Gradle's file says it alone")
    }

    private fun abis(): Set<String> {
        val list = said("""abiFilters \+= listOf\(([^)]*)\)""")
        return list.split(",").map { it.trim().trim('"') }.toSet()
    }
}

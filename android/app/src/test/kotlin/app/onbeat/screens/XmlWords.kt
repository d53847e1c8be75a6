package app.onbeat.screens

import org.w3c.dom.Element
import uniffi.onbeat_core.Language
import java.io.File
import java.util.Locale
import javax.xml.parsers.DocumentBuilderFactory

/** The words of the app's resources, read as aapt reads them. */
class XmlWords(
    override val language: Language,
) : Words {
    /** By name; what is not translated is no word of a screen. */
    val all: Map<String, String> = read(if (language == Language.ZH) "values-zh" else "values")

    override fun say(
        word: Word,
        vararg values: Any,
    ): String = String.format(LOCALES.getValue(language), all.getValue(word.name.lowercase()), *values)

    private fun read(folder: String): Map<String, String> {
        val file = File(System.getProperty("onbeat.app"), "main/res/$folder/strings.xml")
        val strings =
            DocumentBuilderFactory
                .newInstance()
                .newDocumentBuilder()
                .parse(
                    file,
                ).getElementsByTagName("string")
        val elements = (0..<strings.length).map { strings.item(it) as Element }
        return elements
            .filter { it.getAttribute("translatable") != "false" }
            .associate { it.getAttribute("name") to unescaped(it.textContent) }
    }

    private fun unescaped(text: String) = text.removeSurrounding("\"").replace("\\'", "'")

    private companion object {
        val LOCALES = mapOf(Language.EN to Locale.ENGLISH, Language.ZH to Locale.SIMPLIFIED_CHINESE)
    }
}

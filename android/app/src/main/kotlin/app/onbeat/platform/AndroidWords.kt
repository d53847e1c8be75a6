package app.onbeat.platform

import android.content.Context
import app.onbeat.screens.Word
import app.onbeat.screens.Words
import uniffi.onbeat_core.Language

/** The words of the resources, in the language that the phone is set to. */
class AndroidWords(
    private val context: Context,
) : Words {
    private val ids = HashMap<Word, Int>()

    override val language: Language =
        if (context.resources.configuration.locales[0]
                .language == "zh"
        ) {
            Language.ZH
        } else {
            Language.EN
        }

    /** By name, so that screens need to know nothing of resources; `res/raw/keep.xml` keeps them all. */
    override fun say(
        word: Word,
        vararg values: Any,
    ): String = context.getString(ids.getOrPut(word) { find(word) }, *values)

    private fun find(word: Word) = context.resources.getIdentifier(word.name.lowercase(), "string", context.packageName)
}

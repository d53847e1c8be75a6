package app.onbeat.platform

import android.app.Activity
import android.content.Context

private const val ASKED = "asked"

/** Asks for one thing at a time; [question] shows the platform's own question. */
class Asks(
    private val activity: Activity,
    private val question: (Array<String>) -> Unit,
) {
    private val asked = activity.getSharedPreferences("questions", Context.MODE_PRIVATE)

    private val allowances = Allowances(activity)

    /** What the rep was asked for once is in the settings, and not asked for at every start. */
    fun wasAsked(of: Allowance): Boolean =
        (allowances.way(of) as? Way.Question)?.permissions.orEmpty().any {
            it in
                before()
        }

    fun ask(to: Allowance) {
        when (val way = allowances.way(to)) {
            is Way.Question -> if (isFinal(way)) open(allowances.way(to, asksNoMore = true)) else put(way)
            is Way.Pages -> open(way)
        }
    }

    private fun put(way: Way.Question) {
        asked.edit().putStringSet(ASKED, before() + way.permissions).apply()
        question(way.permissions.toTypedArray())
    }

    private fun open(way: Way) {
        if (way is Way.Pages) activity.opensOneOf(way.intents)
    }

    /**
     * The platform answers a question that was refused twice by itself, without a word to the rep; before the first it gives
     * the same sign (https://developer.android.com/training/permissions/requesting#handle-denial).
     */
    private fun isFinal(way: Way.Question) =
        way.permissions.all { it in before() && !activity.shouldShowRequestPermissionRationale(it) }

    private fun before(): Set<String> = asked.getStringSet(ASKED, null).orEmpty()
}

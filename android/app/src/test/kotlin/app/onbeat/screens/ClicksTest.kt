package app.onbeat.screens

import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SkikoComposeUiTest
import androidx.compose.ui.test.assert
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.click
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasStateDescription
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTouchInput
import androidx.compose.ui.test.runSkikoComposeUiTest
import app.onbeat.phone.Act
import uniffi.onbeat_core.ExceptionKind
import uniffi.onbeat_core.Language
import uniffi.onbeat_core.Next
import uniffi.onbeat_core.Outcome
import uniffi.onbeat_core.Report
import uniffi.onbeat_core.Today
import uniffi.onbeat_core.VisitShown
import kotlin.test.Test
import kotlin.test.assertEquals

/** Each button is one call of the phone. */
@OptIn(ExperimentalTestApi::class)
class ClicksTest {
    private val words = XmlWords(Language.EN)
    private val acts = mutableListOf<Act>()
    private val gone = mutableListOf<Destination>()
    private val said = mutableListOf<String>()

    @Test
    fun `what comes next is one tap`() {
        val customer = Samples.customers.first()
        val cases =
            listOf(
                Next.SignIn to Act.SignIn,
                Next.EndBreak to Act.EndBreak,
                Next.EndPrivate to Act.EndPrivate,
                Next.Visit(customer) to Act.CheckIn(customer.customer.id, ""),
            )
        val buttons =
            listOf(
                words.say(Word.SIGN_IN),
                words.say(Word.END_BREAK),
                words.say(Word.END_PRIVATE),
                "Check in: 锦江烟酒行, 120\u00a0m",
            )
        cases.zip(buttons).forEach { (case, button) ->
            acts.clear()
            onToday(Samples.morning.copy(next = case.first)) { tap(button) }
            assertEquals(listOf(case.second), acts)
        }
    }

    @Test
    fun `what has to be written opens its visit`() {
        onToday(Samples.morning.copy(next = Next.CheckOut(Samples.open))) { tap("Finish the visit: 锦江烟酒行") }
        assertEquals(listOf<Destination>(Destination.Visit(Samples.open.visit)), gone)
    }

    @Test
    fun `that the phone ended the app is said, with when and why`() {
        onToday(Samples.ended) {
            onNodeWithText("Onbeat ended at 09:31: the phone's memory was full.").assertExists()
        }
    }

    @Test
    fun `a visit in my records is one of the day that they show`() {
        val day = Samples.records.day.day
        val visit =
            Samples.records.day.visits
                .first()
        show({ RecordsScreen(Samples.records, { gone += it }, {}, {}) }) {
            onAllNodes(hasText(visit.shownName))[0].performScrollTo().performClick()
        }
        assertEquals(listOf<Destination>(Destination.Visit(visit.visit, day)), gone)
    }

    @Test
    fun `who seems to be leaving gives a reason by one tap`() {
        onToday(Samples.leaving) { tap(words.say(Word.REASON_GOODS)) }
        assertEquals(listOf<Act>(Act.GiveReason(ExceptionKind.GOODS)), acts)
    }

    @Test
    fun `the reason that was given stands on the day, and what nobody has said to it`() {
        onToday(Samples.excused) {
            onNodeWithText(words.say(Word.SEEMS_LEAVING)).assertDoesNotExist()
            onNodeWithText(words.say(Word.REASON_WAITS)).assertExists()
        }
    }

    @Test
    fun `a button whose act waits for a place says so, and takes no second tap`() {
        val checkIn = Act.CheckIn(Samples.customers[1].customer.id, "")
        val customers = Samples.customers.take(2)
        show({
            CompositionLocalProvider(LocalUnderWay provides setOf(checkIn)) {
                CustomersScreen(customers, "", {}, { acts += it }, Ways({}, {}), {})
            }
        }) {
            val buttons = onAllNodes(hasText(words.say(Word.CHECK_IN)))
            buttons[0].assertIsEnabled()
            buttons[1].assertIsNotEnabled().assert(hasStateDescription(words.say(Word.UNDER_WAY)))
        }
    }

    @Test
    fun `what is on the way with a check-out is not written on`() {
        val shown = VisitShown(Samples.open, Samples.empty, Samples.ZONE)
        show({
            CompositionLocalProvider(LocalUnderWay provides setOf(Act.CheckOut(Samples.empty))) {
                VisitScreen(shown, {}, { acts += it }, null, {})
            }
        }) {
            onNode(hasText(words.say(Word.CONTENT))).assertIsNotEnabled()
            onNodeWithText(words.say(Word.CHECK_OUT)).assertIsNotEnabled()
        }
    }

    @Test
    fun `a visit's report is drafted as it is typed, and comes with the check-out`() {
        val drafts = mutableListOf<Report>()
        show({
            var report by remember { mutableStateOf(Samples.empty) }
            val change: (Report) -> Unit = {
                report = it
                drafts += it
            }
            VisitScreen(VisitShown(Samples.open, report, Samples.ZONE), change, { acts += it }, null, {})
        }) {
            onNode(hasText(words.say(Word.CONTENT))).performScrollTo().performTextInput("shelf")
            tap(words.say(Word.OUTCOME_CLOSED))
            tap(words.say(Word.CHECK_OUT))
        }
        assertEquals("shelf", drafts.first().content)
        assertEquals(listOf<Act>(Act.CheckOut(Samples.empty.copy(content = "shelf", outcome = Outcome.CLOSED))), acts)
    }

    @Test
    fun `of a visit that is over the report is saved`() {
        val shown = VisitShown(Samples.visited, Samples.report, Samples.ZONE)
        show({ VisitScreen(shown, {}, { acts += it }, null, {}) }) { tap(words.say(Word.SAVE_REPORT)) }
        assertEquals(listOf<Act>(Act.SaveReport(Samples.report)), acts)
    }

    @Test
    fun `a question is answered, what was confirmed is appealed, and nothing empty is sent`() {
        val explained = Samples.explained
        val id = explained.explanation.finding.id
        val cases =
            listOf(
                explained to Word.ANSWER_WHAT,
                explained.copy(isAppealed = true) to Word.APPEAL_WHAT,
            )
        cases.forEach { (shown, what) ->
            acts.clear()
            show({ FindingScreen(shown, emptyList(), {}, { acts += it }, {}) }) {
                onNodeWithText(words.say(what)).assertExists()
                onNodeWithText(words.say(Word.SEND)).performScrollTo().assertIsNotEnabled()
                onNode(hasText(words.say(Word.YOUR_WORDS))).performScrollTo().performTextInput("goods")
                tap(words.say(Word.SEND))
            }
            assertEquals(listOf<Act>(Act.Reply(id, "goods")), acts)
        }
    }

    @Test
    fun `a reason for what was found is one tap, while one is offered`() {
        val explained = Samples.explained
        val goods = words.say(Word.REASON_GOODS)
        show({ FindingScreen(explained, emptyList(), { acts += it }, {}, {}) }) { tap(goods) }
        assertEquals(listOf<Act>(Act.GiveReasonFor(explained.explanation.finding.id, ExceptionKind.GOODS)), acts)
        val given = explained.copy(reasonsGiven = Samples.reasons.take(1), reasonsOffered = emptyList())
        show({ FindingScreen(given, emptyList(), {}, {}, {}) }) {
            onNodeWithText(words.say(Word.REASON_ASKED)).assertDoesNotExist()
            onNodeWithText(words.say(Word.REASON_WAITS)).assertExists()
        }
    }

    @Test
    fun `nothing happens before the rep agrees`() {
        show({ WelcomeScreen({ said += "agree" }, { said += "not now" }) }) { tap(words.say(Word.NOT_NOW)) }
        show({ WelcomeScreen({ said += "agree" }, { said += "not now" }) }) { tap(words.say(Word.AGREE)) }
        assertEquals(listOf("not now", "agree"), said)
    }

    @Test
    fun `what the rep may allow is asked for by its button, and may wait`() {
        val permission = Samples.permissions.last()
        show({ PermissionScreen(permission, { said += "ask" }, { said += "not now" }) }) {
            tap(words.say(Word.ALLOW))
            tap(words.say(Word.NOT_NOW))
        }
        assertEquals(listOf("ask", "not now"), said)
    }

    @Test
    fun `a place that the phone does not show precisely leads to where it is allowed`() {
        val place = Samples.permissions.first()
        show({ TodayScreen(Samples.morning, {}, { gone += it }, {}, {}, place) }) { tap(words.say(Word.ALLOW)) }
        assertEquals(listOf<Destination>(Destination.Permit(PermissionKind.PLACE)), gone)
    }

    @Test
    fun `the settings lead to what is kept, to each permission and to the diagnosis, which is copied whole`() {
        show({ SettingsScreen(Samples.settings, { said += "withdraw" }, Samples.about, { gone += it }, {}, {}) }) {
            tap(words.say(Word.PLACE_WITHDRAW))
            tap(words.say(Word.PERMIT_BATTERY))
            tap(words.say(Word.KEPT_OF_ME))
            tap(words.say(Word.DIAGNOSIS))
        }
        val wanted = listOf(Destination.Permit(PermissionKind.BATTERY), Destination.Kept, Destination.Diagnosis)
        assertEquals(wanted, gone)
        assertEquals(listOf("withdraw"), said)
        val copied = mutableListOf<String>()
        show({ DiagnosisScreen(Samples.checkup, null, { copied += it }, {}) }) { tap(words.say(Word.COPY)) }
        assertEquals(listOf(Samples.checkup.toText(words)), copied)
    }

    @Test
    fun `who answers for the app is shown where it was built so, and its policy opened`() {
        val named = Samples.about.copy(policy = { said += "policy" })
        show({ SettingsScreen(Samples.settings, {}, named, {}, {}, {}) }) {
            onNodeWithText(Samples.about.filing).assertExists()
            tap(words.say(Word.PRIVACY_POLICY))
        }
        show({ SettingsScreen(Samples.settings, {}, About("0.1.0", "", "", null), {}, {}, {}) }) {
            listOf(Word.OPERATOR, Word.FILING, Word.PRIVACY_POLICY).forEach {
                onNodeWithText(words.say(it)).assertDoesNotExist()
            }
        }
        assertEquals(listOf("policy"), said)
    }

    @Test
    fun `a replaced phone is left once nothing waits`() {
        onToday(Samples.replaced) { onNodeWithText(words.say(Word.REPLACED_LEAVE)).assertDoesNotExist() }
        onToday(Samples.sent) { tap(words.say(Word.REPLACED_LEAVE)) }
        assertEquals(listOf("leave"), said)
    }

    @Test
    fun `a server that wants to be left alone is said, with the time`() {
        val said = "The server is busy. It is not asked before 11:24."
        onToday(Samples.leaving) { onNodeWithText(said).assertDoesNotExist() }
        onToday(Samples.leaving.copy(heldUntilMs = Samples.at("11:24"))) { onNodeWithText(said).assertExists() }
    }

    @Test
    fun `what is to come is asked for again at the time that is said`() {
        val problem = Problem(Word.PROBLEM_NO_REFERENCE, "")
        val againMs = System.currentTimeMillis() + 60_000
        val at = timeOf(againMs, Samples.ZONE)
        show({ Stopped(problem, againMs, Samples.ZONE, { said += "again" }, {}) }) {
            onNodeWithText("Onbeat asks for it by itself at $at.").assertExists()
            mainClock.advanceTimeBy(50_000)
            assertEquals(emptyList<String>(), said)
            mainClock.advanceTimeBy(11_000)
            assertEquals(listOf("again"), said)
        }
    }

    @Test
    fun `the place is agreed to or not, after the page in the rep's language`() {
        val cases = listOf(Word.AGREE to "agree", Word.NOT_NOW to "not now")
        cases.forEach { (button, wanted) ->
            said.clear()
            show({ PlaceScreen(Samples.notice, { said += "agree" }, { said += "not now" }) }) {
                onNodeWithText(Samples.notice.en).assertExists()
                tap(words.say(button))
            }
            assertEquals(listOf(wanted), said)
        }
    }

    @Test
    fun `a tap on a customer of the map leads to his check-in, near is near enough, and nothing is chosen elsewhere`() {
        show({ MapScreen(Samples.map, { acts += it }, Ways({}, {}), {}) }) {
            val canvas = onNode(hasContentDescription("Map with 3", substring = true))
            val sheet =
                canvas.fetchSemanticsNode().size.run {
                    MapSheet(
                        Samples.map,
                        Size(width + 0f, height + 0f),
                        Sight(),
                    )
                }
            val at =
                sheet.at(
                    Samples.map.customers
                        .first()
                        .at,
                )
            canvas.performTouchInput { click(Offset(2f, 2f)) }
            onNodeWithText(words.say(Word.CHECK_IN)).assertDoesNotExist()
            canvas.performTouchInput { click(at + Offset(5f, -5f)) }
            onNodeWithText(words.say(Word.CHECK_IN)).performClick()
        }
        assertEquals(listOf<Act>(Act.CheckIn("c-1", "")), acts)
    }

    @Test
    fun `what lies under the fingers stays there, and the map is not lost out of sight`() {
        val middle = Offset(180f, 180f)
        val finger = Offset(100f, 250f)
        val ground = Size(360f, 360f)

        fun at(sight: Sight) =
            MapSheet(Samples.map, ground, sight).at(
                Samples.map.customers
                    .last()
                    .at,
            )
        val sight = Sight().zoomed(3f, at(Sight()), middle)
        assertEquals(0f, (at(Sight()) - at(sight)).getDistance(), 0.01f)
        assertEquals(1f, sight.zoomed(0.01f, finger, middle).zoom)
        assertEquals(Offset(180f, -180f), Sight().dragged(Offset(9_000f, -9_000f)).within(ground).moved)
    }

    private fun onToday(
        today: Today,
        test: SkikoComposeUiTest.() -> Unit,
    ) = show({ TodayScreen(today, { acts += it }, { gone += it }, {}, { said += "leave" }) }, test)

    private fun show(
        screen: @Composable () -> Unit,
        test: SkikoComposeUiTest.() -> Unit,
    ) = runSkikoComposeUiTest {
        setContent {
            CompositionLocalProvider(
                LocalWords provides words,
            ) { OnbeatTheme(dark = false, content = screen) }
        }
        test()
    }

    private fun SkikoComposeUiTest.tap(button: String) = onNodeWithText(button).performScrollTo().performClick()
}

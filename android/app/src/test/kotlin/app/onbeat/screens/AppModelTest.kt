package app.onbeat.screens

import androidx.compose.ui.geometry.Size
import app.onbeat.phone.Act
import app.onbeat.phone.Stage
import app.onbeat.phone.perform
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.merge
import org.junit.Assume.assumeTrue
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import uniffi.onbeat_core.ExceptionKind
import uniffi.onbeat_core.FindingKind
import uniffi.onbeat_core.FindingState
import uniffi.onbeat_core.Language
import uniffi.onbeat_core.LocationAnswer
import uniffi.onbeat_core.MapKind
import uniffi.onbeat_core.Next
import uniffi.onbeat_core.Outcome
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Reading
import uniffi.onbeat_core.Report
import java.io.File
import java.io.RandomAccessFile
import kotlin.concurrent.thread
import kotlin.test.Test
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** The app without its window: taps go in, what is to be shown comes out, from the real core and a real server. */
class AppModelTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `a day, from the first launch to the answer in the evening`() =
        onStage { stage, rep ->
            assertIs<Shown.Welcome>(rep.model.shown.value)
            rep.model.resume()
            assertIs<Shown.Welcome>(rep.model.shown.value, "nothing is opened before the rep agrees")
            rep.isEnrolled(stage.link)
            rep.signsIn()
            rep.visits()
            rep.answers()
            assertNull(rep.model.problem.value)
        }

    private fun Rep.isEnrolled(link: String) {
        time = "07:15"
        model.agree()
        sees<Shown.Enrolling> { !it.isBusy }
        model.enrol(link)
        sees<Shown.AskingPlace>()
        model.answerPlace(agrees = true)
        assertEquals(Next.Rest, sees<Shown.Day>().today.next)
        // A sync that is under way while a test sets the time would be told two times.
        isQuiet()
    }

    private fun Rep.signsIn() {
        time = "08:05"
        isSeen()
        model.resume()
        sees<Shown.Day> { it.today.next == Next.SignIn }
        model.act(Act.SignIn)
        sees<Shown.Day> { it.today.day.signIn.atMs != null }
    }

    private fun Rep.visits() {
        model.go(Destination.Customers())
        val nearest = sees<Shown.Customers>().near.first().customer
        model.search(nearest.id.uppercase())
        assertEquals(listOf(nearest), sees<Shown.Customers> { it.near.size == 1 }.near.map { it.customer })
        model.finish(Act.CheckIn(nearest.id, "restock"))
        val visit = checkNotNull(sees<Shown.Day> { it.today.openVisit != null }.today.openVisit)

        model.go(Destination.Visit(visit))
        sees<Shown.OneVisit>()
        val draft = Report(visit, "restock", "went through the shelf", "", "", Outcome.MET)
        model.change(draft)
        model.back()
        sees<Shown.Day>()
        model.go(Destination.Visit(visit))
        assertEquals(draft, sees<Shown.OneVisit>().shown.report, "kept over leaving the screen")
        time = "08:40"
        model.finish(Act.CheckOut(draft))
        val done = sees<Shown.Day> { it.today.openVisit == null && it.today.waitingRecords == 0uL }.today
        assertEquals(
            draft,
            done.day.visits
                .single()
                .report,
        )
    }

    @Test
    fun `outside the window and in the rep's own time no tap asks for the place`() =
        onStage { stage, rep ->
            rep.isEnrolled(stage.link)
            rep.model.act(Act.CheckIn("ada-1", ""))
            rep.sees<Shown.Day> { it.today.openVisit != null }
            rep.model.go(Destination.Customers())
            assertTrue(rep.sees<Shown.Customers>().near.all { it.distanceMm == null })
            assertEquals(0, rep.around.asks, "before the window")
            rep.isQuiet()

            rep.time = "08:05"
            rep.model.go(Destination.Today)
            rep.model.act(Act.SignIn)
            rep.sees<Shown.Day> { it.today.day.signIn.atMs != null }
            assertEquals(1, rep.around.asks, "in the window")
            rep.model.act(Act.StartBreak)
            rep.sees<Shown.Day> { it.today.breakUntilMs != null }
            rep.model.act(Act.CheckIn("ada-2", ""))
            rep.sees<Shown.Day> { it.today.day.visits.size == 2 }
            assertEquals(1, rep.around.asks, "on a break")
        }

    @Test
    fun `a tap that waits for a place is done though its window is gone, and holds up none that takes no place`() =
        onStage { stage, rep ->
            rep.isEnrolled(stage.link)
            rep.time = "08:05"
            rep.around.comes = CompletableDeferred()
            rep.model.act(Act.SignIn)
            rep.soon { rep.model.underWay.first { Act.SignIn in it } }
            rep.model.pause()
            rep.model.act(Act.StartPrivate)
            rep.sees<Shown.Day> { it.today.privateSinceMs != null && it.today.day.signIn.atMs == null }
            rep.around.comes.complete(Unit)
            rep.sees<Shown.Day> { it.today.day.signIn.atMs != null }
            assertEquals(emptySet(), rep.model.underWay.value)
        }

    @Test
    fun `what the service takes and each minute renew what is shown in front, and no word that is typed`() =
        onStage { stage, rep ->
            rep.isEnrolled(stage.link)
            rep.time = "08:05"
            rep.isSeen()
            rep.sees<Shown.Day> { it.today.here != null }
            rep.model.act(Act.StartBreak)
            rep.sees<Shown.Day> { it.today.breakUntilMs != null }
            rep.time = "12:40"
            rep.soon { rep.around.minutes.emit(Unit) }
            rep.sees<Shown.Day> { it.today.breakUntilMs == null }

            rep.model.act(Act.CheckIn("ada-1", ""))
            val visit = checkNotNull(rep.sees<Shown.Day> { it.today.openVisit != null }.today.openVisit)
            rep.model.go(Destination.Visit(visit))
            val typed =
                rep
                    .sees<Shown.OneVisit>()
                    .shown.report
                    .copy(content = "shelf")
            rep.model.change(typed)
            rep.soon { rep.around.minutes.emit(Unit) }
            rep.isQuiet()
            assertEquals(typed, rep.sees<Shown.OneVisit>().shown.report)

            val asked = rep.around.asks
            rep.model.pause()
            rep.soon {
                rep.around.minutes.subscriptionCount
                    .first { it == 0 }
            }
            assertEquals(asked, rep.around.asks, "nobody was asked for the place")
        }

    @Test
    fun `what could not be done leaves the rep where he wrote it, and a reason nobody asks for is said kindly`() =
        onStage { stage, rep ->
            rep.isEnrolled(stage.link)
            rep.signsIn()
            rep.model.go(Destination.Customers())
            rep.sees<Shown.Customers>()
            rep.model.finish(Act.AddPhoto("0".repeat(32), ByteArray(3)))
            assertEquals(Word.PROBLEM_OTHER, rep.soon { rep.model.problem.first { it != null } }?.word)
            assertEquals(Destination.Customers(), rep.model.place.value)
            rep.model.dismiss()
            rep.model.act(Act.GiveReason(ExceptionKind.GOODS))
            assertEquals(Word.PROBLEM_REASON_NOT_ASKED, rep.soon { rep.model.problem.first { it != null } }?.word)
        }

    @Test
    fun `a new phone that was cut off before its first look keeps its number at that, whoever fetches its data`() =
        onStage { stage, rep ->
            rep.time = "07:15"
            rep.around.hasAgreed = true
            rep.soon { rep.holder.call { it.enrol(stage.link, rep.around.grade, rep.around.device) } }
            assertNull(rep.around.stream)
            // Either is told that the other's sync is running, and waits for its end.
            val other = thread { rep.isQuiet() }
            rep.model.resume()
            rep.sees<Shown.AskingPlace>()
            other.join()
            assertEquals(rep.soon { rep.holder.call { it.heads() } }.stream, rep.around.stream)
        }

    @Test
    fun `a visit of an earlier day is opened from my records, and leads back to them`() =
        onStage { stage, rep ->
            rep.isEnrolled(stage.link)
            rep.signsIn()
            rep.visits()
            rep.isQuiet()
            // The morning after.
            rep.time = "32:05"
            rep.model.resume()
            rep.sees<Shown.Day> { it.today.day.day == "2026-05-13" }
            val day = Destination.Records("2026-05-12")
            rep.model.go(day)
            val visit =
                rep
                    .sees<Shown.Recorded>()
                    .records.day.visits
                    .single()
            rep.model.go(Destination.Visit(visit.visit, day.day))
            val shown = rep.sees<Shown.OneVisit>().shown
            assertEquals("went through the shelf", shown.report.content)
            rep.model.back()
            assertEquals(day, rep.model.place.value)
        }

    /** Unseen for seven hours: the evening asks. */
    private fun Rep.answers() {
        time = "17:00"
        model.resume()
        val day =
            sees<Shown.Day> {
                it.today.day.findings
                    .any { found -> found.kind == FindingKind.UNACCOUNTED }
            }.today.day
        val asked = day.findings.first { it.kind == FindingKind.UNACCOUNTED }.id
        model.go(Destination.Records())
        val recorded = sees<Shown.Recorded>().records.day
        assertContains(recorded.findings.map { it.id }, asked)
        model.go(Destination.Finding(asked))
        assertEquals(emptyList(), sees<Shown.OneFinding>().explained.reasonsOffered)
        model.act(Act.GiveReasonFor(asked, ExceptionKind.GOODS))
        assertEquals(Word.PROBLEM_REASON_NOT_ASKED, soon { model.problem.first { it != null } }?.word)
        model.dismiss()
        model.act(Act.Reply(asked, "in a cellar"))
        val answered = sees<Shown.OneFinding> { it.explained.answers.isNotEmpty() }.explained
        assertEquals(emptyList(), answered.reasonsGiven, "no reason excuses it")
        assertEquals(FindingState.ANSWERED, answered.explanation.finding.state)
    }

    @Test
    fun `what core refuses is said in words`() =
        onStage { stage, rep ->
            rep.time = "07:15"
            rep.model.agree()
            val nobody = stage.link.replace(Regex("^http://[^/]*"), "http://127.0.0.1:1")
            val another = stage.link.replace(Regex("key=...."), "key=AAAA")
            val links =
                listOf(
                    "hello" to Word.PROBLEM_BAD_LINK,
                    nobody to Word.PROBLEM_NETWORK,
                    another to Word.PROBLEM_UNTRUSTED,
                    stage.link.replace("code=", "code=x") to Word.PROBLEM_REFUSED,
                )
            links.forEach { (link, word) ->
                rep.sees<Shown.Enrolling> { !it.isBusy }
                rep.model.enrol(link)
                assertEquals(word, rep.sees<Shown.Enrolling> { !it.isBusy }.problem?.word, link)
            }
            rep.model.enrol(stage.link)
            rep.sees<Shown.AskingPlace>()
            rep.model.answerPlace(agrees = true)
            rep.sees<Shown.Day>()

            // What a tap could not do is said above the screen, which stays, until it is read.
            rep.model.act(Act.AddPhoto("0".repeat(32), ByteArray(3)))
            assertEquals(Word.PROBLEM_OTHER, rep.soon { rep.model.problem.first { it != null } }?.word)
            rep.sees<Shown.Day>()
            rep.model.dismiss()
            assertNull(rep.model.problem.value)

            // A screen that can't be shown says why, and leads on.
            rep.model.go(Destination.Finding("0".repeat(64)))
            assertEquals(Word.PROBLEM_OTHER, rep.sees<Shown.Failed>().problem.word)
            rep.model.back()
            rep.sees<Shown.Day>()
        }

    @Test
    fun `a new phone that can't fetch the company's data says when it asks for them again`() =
        onStage { stage, rep ->
            rep.time = "07:15"
            rep.around.hasAgreed = true
            rep.soon { rep.holder.call { it.enrol(stage.link, rep.around.grade, rep.around.device) } }
            stage.close()
            rep.model.resume()
            val failed = rep.sees<Shown.Failed>()
            assertEquals(Word.PROBLEM_NO_REFERENCE, failed.problem.word)
            val inS = (checkNotNull(failed.againMs) - rep.around.now().atMs) / 1000
            assertTrue(inS in 300..450, "$inS")
        }

    @Test
    fun `a phone that was released says so, and begins anew by another code`() =
        onStage { stage, rep ->
            rep.isEnrolled(stage.link)
            val heads = rep.soon { rep.holder.call { it.heads() } }
            stage.onbeat("phones", "revoke", heads.stream)

            rep.time = "07:45"
            rep.model.resume()
            rep.sees<Shown.Wiped>()
            rep.model.beginAnew()
            rep.sees<Shown.Enrolling> { it.problem == null }
            rep.model.enrol(stage.newLink(heads.rep))
            rep.sees<Shown.AskingPlace>()
        }

    @Test
    fun `a lost key of the database is brought back by a code, and the phone goes on where it was`() {
        val own = folder.newFolder("phone")
        onStage(own) { stage, rep ->
            rep.isEnrolled(stage.link)
            rep.time = "08:05"
            rep.model.act(Act.CheckIn("ada-1", "restock"))
            rep.sees<Shown.Day> { it.today.openVisit != null }
            val heads = rep.soon { rep.holder.call { it.heads() } }
            rep.isQuiet()
            rep.close()

            Rep(own, stage).use { later ->
                later.around.databaseKey = ByteArray(32) { 6 }
                later.around.hasAgreed = true
                later.around.stream = rep.around.stream
                later.time = "08:10"
                later.model.resume()
                later.sees<Shown.Recovering> { it.problem == null }
                later.model.recover("hello")
                later.sees<Shown.Recovering> { it.problem?.word == Word.PROBLEM_BAD_LINK }
                later.around.refusal = PhoneException.StorageFull()
                later.model.recover(stage.newLink(heads.rep, "--recover", heads.stream))
                later.sees<Shown.Recovering> { it.problem?.word == Word.PROBLEM_STORAGE_FULL }
                later.around.refusal = null
                later.model.recover(stage.newLink(heads.rep, "--recover", heads.stream))
                later.sees<Shown.Day> { it.today.openVisit != null }
            }
        }
    }

    @Test
    fun `what the rep may allow is asked for one by one, and once`() =
        onStage { stage, rep ->
            val missing = listOf(PermissionKind.PLACE, PermissionKind.NOTIFICATIONS, PermissionKind.BATTERY)
            rep.around.allowed -= missing
            rep.time = "07:15"
            rep.model.agree()
            rep.sees<Shown.Enrolling>()
            rep.model.enrol(stage.link)
            rep.sees<Shown.AskingPlace>()
            rep.model.answerPlace(agrees = true)
            rep.allows(rep.sees<Shown.Permitting> { it.permission.kind == missing[0] }.permission)
            rep.model.resume()
            rep.model.notNow(rep.sees<Shown.Permitting> { it.permission.kind == missing[1] }.permission)
            rep.model.notNow(rep.sees<Shown.Permitting> { it.permission.kind == missing[2] }.permission)
            assertNull(rep.sees<Shown.Day>().lacks)

            // Refused: not asked again, and to be found in the settings.
            rep.model.resume()
            rep.sees<Shown.Day>()
            rep.model.go(Destination.Settings)
            val states = rep.sees<Shown.Settings>().permissions.associate { it.kind to it.state }
            assertEquals(missing.drop(1).toSet(), states.filterValues { it == PermissionState.MISSING }.keys)
            rep.model.go(Destination.Permit(PermissionKind.BATTERY))
            rep.sees<Shown.Permitting>()
            rep.model.back()
            rep.sees<Shown.Settings>()
            rep.model.go(Destination.Diagnosis)
            val checkup = rep.sees<Shown.Diagnosed>().checkup
            val text = checkup.toText(XmlWords(Language.EN))
            listOf("Server: http://", "Notifications: not allowed").forEach { assertContains(text, it) }

            // Taken back in the system's settings: the day says so until it is given again.
            rep.around.allowed -= PermissionKind.PLACE
            rep.model.go(Destination.Today)
            assertEquals(PermissionKind.PLACE, rep.sees<Shown.Day> { it.lacks != null }.lacks?.kind)
        }

    @Test
    fun `who does not want his place recorded is asked for nothing of it, and may change his mind`() =
        onStage { stage, rep ->
            rep.around.allowed -= listOf(PermissionKind.PLACE, PermissionKind.NOTIFICATIONS)
            rep.time = "07:15"
            rep.model.agree()
            rep.sees<Shown.Enrolling>()
            rep.model.enrol(stage.link)
            assertNull(rep.sees<Shown.AskingPlace>().notice, "this company wrote none")
            rep.model.notNow()
            val asked = rep.sees<Shown.Permitting>().permission
            assertEquals(PermissionKind.NOTIFICATIONS, asked.kind)
            rep.model.notNow(asked)
            val refused = rep.sees<Shown.Day>()
            assertEquals(LocationAnswer.REFUSED, refused.today.location)
            assertNull(refused.lacks, "nobody wants the phone to show it")
            rep.time = "08:05"
            assertFailsWith<PhoneException.LocationRefused> { rep.isSeen() }
            rep.model.act(Act.CheckIn("ada-1", "restock"))
            val visit =
                rep
                    .sees<Shown.Day> { it.today.openVisit != null }
                    .today.day.visits
                    .single()
            assertNull(visit.distanceMm, "what he does is kept without his place")

            rep.model.go(Destination.Settings)
            assertEquals(LocationAnswer.REFUSED, rep.sees<Shown.Settings>().place)
            rep.model.go(Destination.Place)
            rep.sees<Shown.AskingPlace>()
            rep.model.answerPlace(agrees = true)
            rep.sees<Shown.Settings> { it.place == LocationAnswer.AGREED }
            rep.isSeen()
            rep.model.answerPlace(agrees = false)
            rep.sees<Shown.Settings> { it.place == LocationAnswer.REFUSED }
        }

    @Test
    fun `a phone whose place another took sends what it has, records nothing, and is left`() =
        onStage { stage, rep ->
            rep.isEnrolled(stage.link)
            val heads = rep.soon { rep.holder.call { it.heads() } }
            Rep(folder.newFolder("next"), stage).use { it.isEnrolled(stage.newLink(heads.rep)) }

            rep.time = "07:45"
            rep.model.resume()
            rep.sees<Shown.Day> { it.today.replacedMs != null && it.today.waitingRecords == 0uL }
            rep.model.act(Act.SignIn)
            assertEquals(Word.PROBLEM_REPLACED, rep.soon { rep.model.problem.first { it != null } }?.word)
            rep.model.dismiss()
            rep.isQuiet()
            rep.model.leave()
            rep.sees<Shown.Wiped>()
            assertNull(rep.model.problem.value)
            rep.model.beginAnew()
            rep.sees<Shown.Enrolling> { it.problem == null }
        }

    @Test
    fun `the map has the district, the customers and the rep`() =
        onStage { stage, rep ->
            rep.isEnrolled(stage.link)
            rep.time = "08:05"
            rep.isSeen()
            rep.model.go(Destination.Map)
            val map = rep.sees<Shown.Ground>().map
            assertEquals(listOf(MapKind.DISTRICT), map.areas.map { it.kind }.distinct())
            val sheet = MapSheet(map, Size(360f, 360f), Sight())
            val places = map.customers.map { sheet.at(it.at) } + sheet.at(checkNotNull(map.here).at)
            assertTrue(places.all { it.x in 0f..360f && it.y in 0f..360f }, "$places")
            assertTrue(map.customers.none { it.visited })
            rep.model.act(
                Act.CheckIn(
                    map.customers
                        .first()
                        .near.customer.id,
                    "",
                ),
            )
            rep.sees<Shown.Ground> {
                it.map.customers
                    .first()
                    .visited
            }
        }

    @Test
    fun `thirty days without a network go at the next sync`() =
        onStage { stage, rep ->
            rep.isEnrolled(stage.link)
            repeat(30) { day ->
                repeat(6) { step ->
                    rep.time = "%d:%02d".format(24 * day + 9, 10 * step)
                    rep.isSeen()
                }
                val reading = Reading(rep.around.now(), rep.around.fix)
                rep.soon { rep.holder.call { it.perform(Act.SignIn, reading) } }
            }
            val waits = rep.soon { rep.holder.call { it.today(rep.around.now()) } }
            // On the days off among them no place is kept.
            assertTrue(waits.waitingRecords >= 22uL * 6uL + 30uL, "${waits.waitingRecords}")
            rep.model.resume()
            rep.sees<Shown.Day> { it.today.waitingRecords == 0uL }
            assertNull(rep.model.problem.value)
            rep.isQuiet()
            verifies(stage, rep)
        }

    /** Needs a file system of its own, which only root may make. */
    @Test
    fun `a full disk is said, keeps what is written, and takes the next tap`() {
        val small = folder.newFolder("small")
        assumeTrue("no file system could be made", ran("mount", "-t", "tmpfs", "-o", "size=3m", "none", "$small"))
        try {
            onStage(small) { stage, rep ->
                rep.isEnrolled(stage.link)
                val fills = File(small, "full").apply { fillDisk(butBytes = 128L shl 10) }
                val note = "x".repeat(2_900)
                val (shown, problem) = rep.model.shown to rep.model.problem
                var done = 0
                while (true) {
                    rep.time = "08:%02d".format(6 + done / 10)
                    rep.model.act(Act.CheckIn("ada-1", note + done))
                    val isDone = shown.filter { it is Shown.Day && it.today.day.visits.size > done }
                    rep.soon { merge(isDone, problem.filterNotNull()).first() }
                    if (problem.value == null) done++ else break
                }
                assertEquals(Word.PROBLEM_STORAGE_FULL, problem.value?.word)
                val visits = rep.soon { rep.holder.call { it.today(rep.around.now()) } }.day.visits
                assertTrue(done > 0)
                assertEquals(done, visits.size, "what was said to be done is there, and no more")

                fills.delete()
                rep.model.dismiss()
                rep.time = "09:00"
                rep.model.act(Act.SignIn)
                rep.sees<Shown.Day> { it.today.day.signIn.atMs != null && it.today.waitingRecords == 0uL }
                assertNull(problem.value)
                val records = rep.soon { rep.holder.call { it.records("2026-05-12") } }
                assertTrue(records.any { it.body.orEmpty().contains(""""cause":"storage_full"""") })
                rep.isQuiet()
                verifies(stage, rep)
            }
        } finally {
            ran("umount", "-l", "$small")
        }
    }

    private fun onStage(
        own: File = folder.newFolder("phone"),
        test: (Stage, Rep) -> Unit,
    ) {
        val script = File(property("onbeat.stories"), "day.ndjson")
        Stage(File(property("onbeat.programs")), script, folder.newFolder("stage")).use { stage ->
            Rep(own, stage).use { test(stage, it) }
        }
    }

    /** The rep's own copy holds. */
    private fun verifies(
        stage: Stage,
        rep: Rep,
    ) {
        val log = folder.newFile().apply { writeText(rep.soon { rep.holder.call { it.exportOwn() } }) }
        val keys = folder.newFile().apply { writeText(stage.onbeat("export", "keys")) }
        val onbeat = File(property("onbeat.programs"), "onbeat")
        assertTrue(ran("$onbeat", "verify", "$log", "--keys", "$keys"))
    }

    /** Takes the disk's room, but for some. */
    private fun File.fillDisk(butBytes: Long) {
        outputStream().use { while (runCatching { it.write(ByteArray(512)) }.isSuccess) Unit }
        RandomAccessFile(this, "rw").use { it.setLength(it.length() - butBytes) }
    }

    private fun ran(vararg command: String) = ProcessBuilder(*command).start().waitFor() == 0

    private fun property(name: String) = checkNotNull(System.getProperty(name)) { "run by `cargo xtask test kotlin`" }
}

package app.onbeat.phone

import kotlinx.coroutines.runBlocking
import org.junit.Rule
import org.junit.rules.TemporaryFolder
import uniffi.onbeat_core.Outcome
import uniffi.onbeat_core.Phone
import uniffi.onbeat_core.PhoneException
import uniffi.onbeat_core.Report
import kotlin.test.Test
import kotlin.test.assertFailsWith

class StoryTest {
    @get:Rule
    val folder = TemporaryFolder()

    /** Enrolment, readings, visits, a photo, a break and syncs, the app ended and started again. */
    @Test
    fun `a day comes out as from the phone of Rust`() = playStory(folder.root)

    @Test
    fun `a folder opens once, and with its own key alone`() {
        val own = folder.newFolder("phone")
        val draft = Report("visit", "", "half a sentence", "", "", Outcome.MET)
        val holder = PhoneHolder { Phone.open("$own", DB_KEY, SoftwareKey(own)) }
        runBlocking { holder.call { it.saveDraft(draft) } }
        assertFailsWith<PhoneException.AlreadyOpen> { Phone.open("$own", DB_KEY, SoftwareKey(own)) }
        holder.close()
        assertFailsWith<PhoneException.WrongKey> { Phone.open("$own", ByteArray(32) { 6 }, SoftwareKey(own)) }
        val again = PhoneHolder { Phone.open("$own", DB_KEY, SoftwareKey(own)) }
        again.use { holds -> runBlocking { holds.call { check(it.draft(draft.visit) == draft) } } }
    }

    @Test
    fun `a phone that did not open is opened at the next call`() {
        val own = folder.newFolder("phone")
        val draft = Report("visit", "", "half a sentence", "", "", Outcome.MET)
        var isLocked = true
        val holder =
            PhoneHolder {
                check(!isLocked) { "locked" }
                Phone.open("$own", DB_KEY, SoftwareKey(own))
            }
        holder.use {
            runBlocking {
                assertFailsWith<IllegalStateException> { holder.call { it.diagnosis() } }
                isLocked = false
                holder.call { it.diagnosis() }
            }
        }
    }

    private companion object {
        val DB_KEY = ByteArray(32) { 5 }
    }
}

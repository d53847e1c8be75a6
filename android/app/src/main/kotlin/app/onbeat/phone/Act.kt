package app.onbeat.phone

import uniffi.onbeat_core.ExceptionKind
import uniffi.onbeat_core.Phone
import uniffi.onbeat_core.Reading
import uniffi.onbeat_core.Report

/** What the rep does by one button: each is one call of the phone. */
sealed interface Act {
    /** Its call takes a place, for which it may wait; the others take the time alone, and are done at once. */
    sealed interface Placed : Act

    data object SignIn : Placed

    data class CheckIn(
        val customer: String,
        val purpose: String,
    ) : Placed

    /** With the report as far as it is written. */
    data class CheckOut(
        val report: Report,
    ) : Placed

    data class SaveReport(
        val report: Report,
    ) : Placed

    data class AddPhoto(
        val visit: String,
        val jpeg: ByteArray,
    ) : Placed

    data object StartBreak : Act

    data object EndBreak : Act

    data object StartPrivate : Act

    data object EndPrivate : Act

    data class GiveReason(
        val reason: ExceptionKind,
    ) : Act

    data class GiveReasonFor(
        val finding: String,
        val reason: ExceptionKind,
    ) : Act

    data class Reply(
        val finding: String,
        val words: String,
    ) : Act
}

/** Does it, here and now: whether core took it. A reason that nobody asks for any more is not. */
fun Phone.perform(
    act: Act,
    reading: Reading,
): Boolean {
    val at = reading.at
    when (act) {
        Act.SignIn -> signIn(reading, "")
        is Act.CheckIn -> checkIn(reading, act.customer, act.purpose)
        is Act.CheckOut -> checkOut(reading, act.report)
        is Act.SaveReport -> saveReport(reading, act.report)
        is Act.AddPhoto -> addPhoto(reading, act.visit, act.jpeg, "image/jpeg")
        Act.StartBreak -> breakStart(at)
        Act.EndBreak -> breakEnd(at)
        Act.StartPrivate -> privateStart(at)
        Act.EndPrivate -> privateEnd(at)
        is Act.GiveReason -> return giveReasonNow(at, act.reason)
        is Act.GiveReasonFor -> return giveReasonFor(at, act.finding, act.reason)
        is Act.Reply -> reply(at, act.finding, act.words)
    }
    return true
}

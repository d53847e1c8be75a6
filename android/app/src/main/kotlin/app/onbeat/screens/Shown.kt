package app.onbeat.screens

import uniffi.onbeat_core.CustomerNear
import uniffi.onbeat_core.Explained
import uniffi.onbeat_core.LocationAnswer
import uniffi.onbeat_core.MapView
import uniffi.onbeat_core.MyRecords
import uniffi.onbeat_core.Notice
import uniffi.onbeat_core.Today
import uniffi.onbeat_core.VisitShown

/** What the app shows: a view of core, and what is being written to it. */
sealed interface Shown {
    data object Starting : Gate

    data object Welcome : Gate

    data class Enrolling(
        val isBusy: Boolean,
        val problem: Problem?,
    ) : Gate

    /** The database's key is lost; the server has a copy. */
    data class Recovering(
        val isBusy: Boolean,
        val problem: Problem?,
    ) : Gate

    /** Whether the place may be recorded. */
    data class AskingPlace(
        val notice: Notice?,
    ) : Gate

    /** What the rep has not been asked to allow yet, or looks at in the settings. */
    data class Permitting(
        val permission: Permission,
    ) : Gate

    /** [lacks]: the place, where it is to be recorded and the phone does not show it precisely. */
    data class Day(
        val today: Today,
        val lacks: Permission? = null,
    ) : Shown

    data class OneVisit(
        val shown: VisitShown,
    ) : Shown

    data class Customers(
        val near: List<CustomerNear>,
        val wanted: String,
    ) : Shown

    data class Recorded(
        val records: MyRecords,
    ) : Shown

    data class OneFinding(
        val explained: Explained,
    ) : Shown

    data class Ground(
        val map: MapView,
    ) : Shown

    data class Settings(
        val place: LocationAnswer,
        val permissions: List<Permission>,
    ) : Shown

    data object Kept : Shown

    data class Diagnosed(
        val checkup: Checkup,
    ) : Shown

    /** The company released the phone, and what it held is deleted. */
    data object Wiped : Gate

    /** [againMs]: when the server is asked by itself for what lacks. */
    data class Failed(
        val problem: Problem,
        val againMs: Long? = null,
    ) : Gate
}

/** What stands before the app's own screens: what has to be done first, or why there is nothing else. */
sealed interface Gate : Shown

package app.onbeat.screens

/** Where a tap leads. */
sealed interface Destination {
    data object Today : Destination

    /** [wanted] is what is searched for in the list that is open; none where it is opened anew. */
    data class Customers(
        val wanted: String? = null,
    ) : Destination

    /** Of a day, else of today. */
    data class Records(
        val day: String? = null,
    ) : Destination

    /** Of a day, else of today. */
    data class Visit(
        val id: String,
        val day: String? = null,
    ) : Destination

    data class Finding(
        val id: String,
    ) : Destination

    data object Map : Destination

    data object Settings : Destination

    /** Whether the place may be recorded, from the settings. */
    data object Place : Destination

    data class Permit(
        val kind: PermissionKind,
    ) : Destination

    data object Kept : Destination

    data object Diagnosis : Destination
}

/** Where the back button leads. */
val Destination.before: Destination
    get() =
        when (this) {
            is Destination.Permit, Destination.Place, Destination.Kept, Destination.Diagnosis -> Destination.Settings
            is Destination.Visit -> if (day == null) Destination.Today else Destination.Records(day)
            else -> Destination.Today
        }

package app.onbeat.screens

/** Where a tap leads. */
sealed interface Destination {
    data object Today : Destination

    data object Customers : Destination

    data object Records : Destination

    data class Visit(
        val id: String,
    ) : Destination

    data class Finding(
        val id: String,
    ) : Destination
}

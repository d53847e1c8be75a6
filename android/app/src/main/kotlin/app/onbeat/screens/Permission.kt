package app.onbeat.screens

/** What the rep may allow; each is asked for by itself, and none is needed for visits and reports. */
enum class PermissionKind {
    PLACE,
    NOTIFICATIONS,

    /** Only so that recording starts by itself. */
    PLACE_ALWAYS,
    EXACT_ALARM,
    BATTERY,
    ;

    val title get() = Word.valueOf("PERMIT_$name")
    val why get() = Word.valueOf("PERMIT_${name}_WHY")
    val without get() = Word.valueOf("PERMIT_${name}_WITHOUT")
}

enum class PermissionState {
    ALLOWED,

    /** The place, but only roughly: it decides nothing. */
    ROUGHLY,
    MISSING,
    ;

    val word get() = Word.valueOf("PERMITTED_$name")
}

data class Permission(
    val kind: PermissionKind,
    val state: PermissionState,
)

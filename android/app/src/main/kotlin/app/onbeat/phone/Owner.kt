package app.onbeat.phone

/** Who holds the process' phone: the app, for its screens, its service and its alarms. */
interface Owner {
    val holder: PhoneHolder
    val clock: BootClock

    /** Before that nothing is opened, asked for or sent. */
    val hasAgreed: Boolean
}

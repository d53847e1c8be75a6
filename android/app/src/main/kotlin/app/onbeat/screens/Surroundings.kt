package app.onbeat.screens

import app.onbeat.phone.PhoneHolder
import kotlinx.coroutines.flow.Flow
import uniffi.onbeat_core.Device
import uniffi.onbeat_core.Grade
import uniffi.onbeat_core.Platform
import uniffi.onbeat_core.Reading
import uniffi.onbeat_core.Stamp

/** What the platform gives: the time, the place, who the phone is, what the rep allowed, and what is kept of it. */
interface Surroundings {
    var hasAgreed: Boolean

    /** What the rep was asked to allow, whatever he said: it is not asked again at every start. */
    var asked: Set<PermissionKind>

    /** The phone's stream, kept beside the database: by it a lost key of the database is asked for. */
    var stream: String?
    val device: Device
    val grade: Grade

    /** Holds the phone's key. */
    val platform: Platform

    /** The phone's own switch for all places. */
    val isPlaceOn: Boolean

    /** Tells of each minute that begins, while that is listened to. */
    val minutes: Flow<Unit>

    fun now(): Stamp

    /** A fresh place, or a reading without one where none comes in time. */
    suspend fun here(): Reading

    /** What this phone lets the rep allow, in the order to ask; what makes no sense yet is left out. */
    fun permissions(): List<Permission>

    /** Keeps the database's key that the server gave back; waits for the disk. What that refuses is core's exception. */
    fun keep(databaseKey: ByteArray)
}

/** Where the rep is, if core wants to know it now: at other times nobody is asked for the place. */
internal suspend fun Surroundings.reading(holder: PhoneHolder): Reading =
    if (holder.call { it.wantsPlace(now()) }) here() else Reading(now(), null)

import Foundation
import OnbeatCore

/// Where positions come from: on a device the location manager.
@MainActor public protocol LocationSensor: AnyObject {
    /// Goes on until `stop`, also in the background.
    func start()
    func stop()
}

/// Tells whether the phone stands still: on a device the motion sensor.
@MainActor public protocol MotionSensor: AnyObject {
    /// Tells of each change until `stop`.
    func start(_ changed: @escaping @MainActor (_ isStill: Bool) -> Void)
    func stop()
    /// What it saw in the past, also while the app was closed, in order; each holds until the next.
    func history(from: Date, to: Date) async -> [Motion]
}

/// From when on the phone stood still, or no longer did, by its own clock.
public struct Motion: Sendable {
    public let since: Date
    public let isStill: Bool

    public init(since: Date, isStill: Bool) { (self.since, self.isStill) = (since, isStill) }
}

/// What the rep is told while the app is not on the screen.
@MainActor public protocol Notices: AnyObject {
    /// He seems to be leaving his district: a kind word, and the reasons as buttons.
    func seemsLeaving()
    /// The window is over.
    func recordingStopped()
}

/// Brings positions to the phone, and keeps the sensor on as long as core wants any.
@MainActor public final class Recorder {
    /// The newest position, kept in memory alone.
    private struct Latest {
        let fix: Fix
        let at: Stamp
    }

    private let phone: PhoneHolder
    private let sensor: any LocationSensor
    private let motion: any MotionSensor
    private let notices: any Notices
    private var latest: Latest?
    private var due: Stamp?
    /// Since when the phone stands still.
    private var still: Stamp?
    private var isLeaving = false
    public private(set) var isOn = false

    /// What is shorter than this is a hand's or a sensor's trembling.
    private static let trembleMs: Int64 = 60_000

    public init(phone: PhoneHolder, sensor: any LocationSensor, motion: any MotionSensor, notices: any Notices) {
        self.phone = phone
        self.sensor = sensor
        self.motion = motion
        self.notices = notices
    }

    /// At a start of the app, a tap or a wake by the system: switches the sensor on inside the window, where the rep agreed
    /// to it and this is his phone, and off elsewhere.
    public func look() async throws {
        let (today, wasOn) = (try await phone.call { phone, at in try phone.today(at: at) }, isOn)
        turn(on: today.when == .within && today.location == .agreed && today.replacedMs == nil)
        // Where it can't be told, the time stays unknown.
        if isOn, !wasOn { try? await catchUp() }
    }

    /// A position came. Core's due time is the latest moment for the next record, so what comes before it is not kept.
    /// Answers what was taken.
    @discardableResult public func take(_ fix: Fix) async throws -> FixOutcome? {
        // The system may have woken the app for it.
        if !isOn { try await look() }
        guard isOn else { return nil }
        let at = phone.clock.now()
        var fix = fix
        fix.still = still != nil
        latest = Latest(fix: fix, at: at)
        guard isDue(at) else { return nil }
        // Those that come while this one is written are not due.
        due = Stamp(atMs: at.atMs, elapsedMs: .max, boot: at.boot)
        do {
            let reading = Reading(at: at, fix: fix)
            let outcome = try await phone.call { phone, _ in try phone.onFix(reading: reading) }
            due = Stamp(atMs: at.atMs, elapsedMs: at.elapsedMs + outcome.nextDueS * 1000, boot: at.boot)
            follow(outcome)
            return outcome
        } catch PhoneError.Replaced, PhoneError.LocationRefused, PhoneError.NotEnrolled, PhoneError.Wiped {
            end()
            return nil
        } catch {
            due = nil
            throw error
        }
    }

    /// The motion sensor says that the phone stands still, or no longer does: how long it stood is kept, and once it moves
    /// the next position is due.
    func stands(_ isStill: Bool) async throws {
        let now = phone.clock.now()
        guard let since = still, !isStill else {
            still = isStill ? still ?? now : nil
            return
        }
        (still, due) = (nil, nil)
        guard since.boot == now.boot else { return }
        try await stood(from: since.elapsedMs, to: now.elapsedMs, at: now)
    }

    /// The time that the phone stood still while the app was closed: since its newest place, and inside the window.
    func catchUp() async throws {
        let now = phone.clock.now()
        let (today, lastFixMs) = try await phone.call { phone, at in
            (try phone.today(at: at), try phone.diagnosis().lastFixMs)
        }
        guard let window = today.day.window else { return }
        // Core's times are true ones, the sensor's are of the phone's clock.
        let fromMs = max(window.fromMs, lastFixMs ?? 0) + now.atMs - today.nowMs
        guard fromMs < now.atMs else { return }
        let seen = await motion.history(from: Self.date(fromMs), to: Self.date(now.atMs))
        for (index, motion) in seen.enumerated() where motion.isStill {
            let toMs = index + 1 < seen.count ? Self.ms(seen[index + 1].since) : now.atMs
            let (from, to) = (max(Self.ms(motion.since), fromMs) - now.atMs, min(toMs, now.atMs) - now.atMs)
            // What lies before the first reading of this boot is of a time that stamps do not reach.
            guard now.elapsedMs + from >= 0 else { continue }
            try await stood(from: now.elapsedMs + from, to: now.elapsedMs + to, at: now)
        }
    }

    private func stood(from: Int64, to: Int64, at: Stamp) async throws {
        guard to - from >= Self.trembleMs else { return }
        try await phone.call { phone, _ in try phone.onStill(at: at, fromElapsedMs: from, toElapsedMs: to) }
    }

    private static func ms(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1000).rounded()) }
    private static func date(_ ms: Int64) -> Date { Date(timeIntervalSince1970: Double(ms) / 1000) }

    /// When it records, and anew once the rep allowed it.
    public func senseMotion() {
        guard isOn else { return }
        // What a call fails of is met again at the next one.
        motion.start { [weak self] isStill in Task { try? await self?.stands(isStill) } }
    }

    /// Why positions may be missing.
    public func note(_ cause: Cause) async throws {
        try await phone.call { phone, at in try phone.cause(at: at, cause: cause) }
    }

    /// Nothing is asked for any more.
    public func end() {
        latest = nil
        turn(on: false)
    }

    /// Now, and the newest position with its age.
    public func reading() -> Reading {
        let now = phone.clock.now()
        guard let latest, latest.at.boot == now.boot else { return Reading(at: now, fix: nil) }
        var fix = latest.fix
        fix.ageMs += now.elapsedMs - latest.at.elapsedMs
        return Reading(at: now, fix: fix)
    }

    private func isDue(_ at: Stamp) -> Bool {
        guard let due, due.boot == at.boot else { return true }
        return at.elapsedMs >= due.elapsedMs
    }

    private func follow(_ outcome: FixOutcome) {
        let leaves = outcome.live == .seemsLeaving || outcome.live == .possiblyOutside
        if leaves, !isLeaving { notices.seemsLeaving() }
        isLeaving = leaves
        if outcome.when != .within {
            if isOn { notices.recordingStopped() }
            end()
        }
    }

    private func turn(on: Bool) {
        guard on != isOn else { return }
        isOn = on
        (due, still) = (nil, nil)
        if on {
            sensor.start()
            senseMotion()
        } else {
            sensor.stop()
            motion.stop()
        }
    }
}

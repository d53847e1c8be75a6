import OnbeatCore

/// Where positions come from: on a device the location manager.
@MainActor public protocol LocationSensor: AnyObject {
    /// Goes on until `stop`, also in the background: for so long at most.
    func start(forMs: Int64)
    func stop()
    /// Has the system wake the app on the rep's way, where he lets it, also where it was ended; or no longer.
    func watch(_ on: Bool)
}

/// What the rep is told while the app is not on the screen.
@MainActor public protocol Notices: AnyObject {
    /// He seems to be leaving his district: a kind word, and the reasons as buttons.
    func seemsLeaving()
    /// That is over: he is back, he said why, or the window has closed.
    func takeBackLeaving()
    /// The window is over.
    func recordingStopped()
    /// The rep lets the app tell him.
    func areAllowed() async -> Bool
    /// Reminds of each of these and tells as it comes. Those planned before are taken back.
    func plan(_ openings: [Beginning])
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
    let stillness: Stillness
    private let reminders: Reminders
    private let notices: any Notices
    private var latest: Latest?
    private var due: Stamp?
    /// On a break or in private time. The sensor goes on, as the system may not let it begin again in the background; what
    /// it says is dropped.
    private var isPaused = false
    /// How long it goes on, as of the newest look.
    private var endsInMs: Int64 = 0
    /// What could not be written, as on a full disk, is not tried again with each position.
    private static let pauseMs: Int64 = 60_000
    public private(set) var isOn = false

    public init(phone: PhoneHolder, sensor: any LocationSensor, motion: any MotionSensor, notices: any Notices) {
        self.phone = phone
        self.sensor = sensor
        stillness = Stillness(phone: phone, motion: motion)
        reminders = Reminders(phone: phone, notices: notices)
        self.notices = notices
    }

    /// At a start of the app, a tap, a wake by the system or a sync: switches the sensor on inside the window, where the
    /// rep agreed to it and this is his phone, and off elsewhere; and plans when he is told of the next windows.
    public func look() async throws {
        await reminders.plan()
        let (today, wasOn) = (try await today(), isOn)
        sensor.watch(today.recording != .off)
        endsInMs = today.endsInMs
        turn(on: today.recording.goesOn)
        heed(today)
        // Where it can't be told, the time stays unknown.
        if isOn, !wasOn { try? await stillness.catchUp() }
    }

    /// A position came. Core's due time is the latest moment for the next record, so what comes before it is not kept.
    /// Answers what was taken.
    @discardableResult public func take(_ fix: Fix) async throws -> FixOutcome? {
        // The system may have woken the app for it.
        if !isOn { try await look() }
        guard isOn else { return nil }
        let at = phone.clock.now()
        var fix = fix
        fix.still = stillness.isStill
        latest = isPaused ? nil : Latest(fix: fix, at: at)
        guard isDue(at) else { return nil }
        // Those that come while this one is written are not due.
        due = Stamp(atMs: at.atMs, elapsedMs: .max, boot: at.boot)
        do {
            let reading = Reading(at: at, fix: fix)
            let outcome = try await phone.call { phone, _ in try phone.onFix(reading: reading) }
            due = Stamp(atMs: at.atMs, elapsedMs: at.elapsedMs + outcome.nextDueS * 1000, boot: at.boot)
            // Core keeps none on a break, which may also end by itself.
            isPaused = !outcome.kept
            latest = isPaused ? nil : Latest(fix: fix, at: at)
            follow(outcome)
            if !isOn { await reminders.plan() }
            return outcome
        } catch PhoneError.Replaced, PhoneError.LocationRefused, PhoneError.NotEnrolled, PhoneError.Wiped {
            await leave()
            return nil
        } catch {
            due = Stamp(atMs: at.atMs, elapsedMs: at.elapsedMs + Self.pauseMs, boot: at.boot)
            throw error
        }
    }

    /// When it records, and anew once the rep allowed it.
    public func senseMotion() {
        guard isOn else { return }
        // Once it moves, the next position is due.
        stillness.start { [weak self] in self?.due = nil }
    }

    /// Why positions may be missing.
    public func note(_ cause: Cause) async throws {
        try await phone.call { phone, at in try phone.cause(at: at, cause: cause) }
    }

    /// A pause may have begun or ended by a button: nothing is known of a place in it, and the next after it is due at once.
    func heed(_ today: Today) {
        if today.away == nil { notices.takeBackLeaving() }
        let pauses = today.recording.rests
        if pauses { latest = nil }
        if isPaused, !pauses { due = nil }
        isPaused = pauses
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

    /// A phone that was emptied has no day any more.
    private func today() async throws -> Today {
        do {
            return try await phone.call { phone, at in try phone.today(at: at) }
        } catch {
            if case PhoneError.Wiped = error { await leave() }
            throw error
        }
    }

    /// On this phone nothing is recorded any more.
    private func leave() async {
        end()
        notices.takeBackLeaving()
        sensor.watch(false)
        await reminders.plan()
    }

    private func isDue(_ at: Stamp) -> Bool {
        guard let due, due.boot == at.boot else { return true }
        return at.elapsedMs >= due.elapsedMs
    }

    private func follow(_ outcome: FixOutcome) {
        if outcome.tellsLeaving { notices.seemsLeaving() }
        if !outcome.recording.goesOn {
            if isOn { notices.recordingStopped() }
            end()
        }
    }

    private func turn(on: Bool) {
        guard on != isOn else { return }
        isOn = on
        due = nil
        if on {
            sensor.start(forMs: endsInMs)
            senseMotion()
        } else {
            latest = nil
            sensor.stop()
            stillness.stop()
        }
    }
}

extension Recording {
    /// The sensor is on: in a pause too, as the system may not let it begin again in the background.
    var goesOn: Bool {
        switch self {
        case .records, .rests: true
        case .off, .waits: false
        }
    }

    var rests: Bool {
        if case .rests = self { true } else { false }
    }

    /// How long until it is another.
    var changesInMs: Int64? {
        switch self {
        case .off: nil
        case .waits(let next, _): 1000 * next.inS
        case .rests(let endsInS), .records(let endsInS): 1000 * endsInS
        }
    }
}

extension Today {
    /// How long the sensor goes on: after a pause it may record till the window closes.
    var endsInMs: Int64 {
        if case .records(let endsInS) = recording { return 1000 * endsInS }
        return (day.window?.toMs ?? nowMs) - nowMs
    }
}

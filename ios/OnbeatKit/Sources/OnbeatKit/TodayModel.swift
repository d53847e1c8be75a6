import Observation
import OnbeatCore

/// The day that all screens stand on: what core says of it, one call for each button, and what waits to be sent.
@MainActor @Observable public final class TodayModel {
    public private(set) var today: Today?
    /// Why the newest act did not succeed.
    public private(set) var problem: Problem?
    public private(set) var isSyncing = false
    /// When the server is asked by itself for what a new phone lacks to show a day.
    public private(set) var askedAgainMs: Int64?

    @ObservationIgnored private let phone: PhoneHolder
    @ObservationIgnored private let recorder: Recorder
    /// What an act has begun to send.
    @ObservationIgnored private(set) var sending: Task<Void, Never>?
    private static let secondMs: Int64 = 1_000
    private static let minuteMs: Int64 = 60_000

    public init(phone: PhoneHolder, recorder: Recorder) {
        self.phone = phone
        self.recorder = recorder
    }

    /// Shows the day anew; why an act did not succeed stays said.
    public func refresh() async {
        do {
            let seen = try await read { phone, reading in try phone.today(at: reading.at) }
            // What it lacked has come.
            if today == nil { problem = nil }
            show(seen)
        } catch {
            problem = error.problem
            await askLater()
        }
    }

    /// Does what a button says, shows what it changed, and sends it where there is a network. Answers whether it was done.
    @discardableResult public func act(_ act: Act) async -> Bool {
        let seen = await view { phone, reading in
            try phone.perform(act, reading)
            return try phone.today(at: reading.at)
        }
        guard let seen else {
            // The button may have been of a day that has changed meanwhile.
            await refresh()
            return false
        }
        show(seen)
        sending = Task { [sending] in
            await sending?.value
            await send()
        }
        return true
    }

    /// Sends what waits, by a button: what can't be done is said.
    public func sync() async {
        problem = nil
        guard let report = await send(says: true) else { return }
        problem = report.problems.first ?? problem
    }

    /// A position came: where it was kept, or recording began or ended with it, the day is another one.
    public func take(_ fix: Fix) async {
        let wasOn = recorder.isOn
        // What a call fails of is met again at the next one, and core keeps count of what it could not write.
        let outcome = try? await recorder.take(fix)
        if outcome?.kept == true || recorder.isOn != wasOn { await follow() }
    }

    /// While the app is on the screen, until the task is cancelled: looks again when something changes by itself, though no
    /// position comes and nobody taps; and each minute, as an act may change when that is.
    public func keepUp() async {
        while (try? await phone.clock.wait(ms: looksInMs)) != nil {
            // What it fails of is met again a minute later.
            try? await recorder.look()
            await follow()
        }
    }

    /// Never in no time: what can't be read now may have changed already.
    private var looksInMs: Int64 { min(max(today?.changesInMs ?? Self.minuteMs, Self.secondMs), Self.minuteMs) }

    /// Shows the day, and asks the server where it is its turn.
    public func follow() async {
        await refresh()
        if await syncInS(.awake) == 0 { await sendUnseen() }
    }

    /// The app came onto the screen, has a thing to send at once, or is closed and it is its turn: sends, and fetches what is
    /// new, unless the server holds it.
    public func sendUnseen() async {
        await sending?.value
        await send()
    }

    /// The app is closed: in how many seconds it should be woken to ask the server. None where there is nothing to ask.
    public func nextUnseenS() async -> Int64? { await syncInS(.asleep) }

    /// At that time, unless the screen is left before.
    public func askAgain() async {
        guard let askedAgainMs else { return }
        let leftMs = askedAgainMs - phone.clock.now().atMs
        guard (try? await phone.clock.wait(ms: leftMs)) != nil else { return }
        await sendUnseen()
    }

    /// Core says when.
    private func syncInS(_ app: AppState) async -> Int64? {
        try? await phone.call { phone, at in try phone.syncInS(at: at, app: app) }
    }

    /// Keeps for the help desk what began this process: iOS does not say how the one before it ended.
    public func noteStart(by: StartedBy) async {
        let start = Start(dueMs: nil, by: by, exit: nil)
        try? await phone.call { phone, at in try phone.noteStart(at: at, start: start) }
    }

    /// What the platform shows of itself. What can't be noted now is at the next look.
    public func note(_ traces: [Trace]) async {
        try? await phone.call { phone, at in try phone.noteSigns(at: at, traces: traces) }
    }

    /// What another screen shows, or why it can't.
    func view<View: Sendable>(_ body: @escaping @Sendable (Phone, Reading) throws -> View) async -> View? {
        problem = nil
        do {
            return try await read(body)
        } catch {
            problem = error.problem
            return nil
        }
    }

    private func read<View: Sendable>(_ body: @escaping @Sendable (Phone, Reading) throws -> View) async throws -> View {
        let reading = recorder.reading()
        return try await phone.call { phone, _ in try body(phone, reading) }
    }

    private func show(_ seen: Today) {
        (today, askedAgainMs) = (seen, nil)
        recorder.heed(seen)
    }

    /// Until the day can be shown.
    private func askLater(notWithinMs: Int64 = 0) async {
        guard today == nil else { return }
        askedAgainMs = await syncInS(.awake).map { phone.clock.now().atMs + max(1000 * $0, notWithinMs) }
    }

    /// One at a time. Unasked, it is silent of what can't be done: the day says what still waits.
    @discardableResult private func send(says: Bool = false) async -> SyncReport? {
        guard !isSyncing else { return nil }
        isSyncing = true
        defer { isSyncing = false }
        do {
            let report = try await phone.sync()
            // What came may change whether it is recorded, and when. What fails of it is met again at the next look.
            try? await recorder.look()
            await refresh()
            return report
        } catch {
            if says { problem = error.problem }
            // Core may not have counted what came to nothing here: it is not tried again at once.
            await askLater(notWithinMs: Self.minuteMs)
            return nil
        }
    }
}

extension Today {
    /// How long until something of it changes by itself, as far as core knows.
    var changesInMs: Int64? {
        let ends = [breakUntilMs, heldUntilMs].compactMap { $0 }.map { $0 - nowMs }
        return (ends + [recording.changesInMs].compactMap { $0 }).min()
    }
}

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

    public init(phone: PhoneHolder, recorder: Recorder) {
        self.phone = phone
        self.recorder = recorder
    }

    /// Shows the day anew; why an act did not succeed stays said.
    public func refresh() async {
        let said = problem
        if await look({ _, _ in }) { problem = said }
    }

    /// Does what a button says, shows what it changed, and sends it where there is a network. Answers whether it was done.
    @discardableResult public func act(_ act: Act) async -> Bool {
        guard await look({ try $0.perform(act, $1) }) else { return false }
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

    /// A position was taken: shows the day, and asks the server where it is its turn.
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
        guard (try? await Task.sleep(for: .milliseconds(max(0, leftMs)))) != nil else { return }
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
        let reading = recorder.reading()
        do {
            return try await phone.call { phone, _ in try body(phone, reading) }
        } catch {
            problem = error.problem
            return nil
        }
    }

    private func look(_ body: @escaping @Sendable (Phone, Reading) throws -> Void) async -> Bool {
        let seen = await view { phone, reading in
            try body(phone, reading)
            return try phone.today(at: reading.at)
        }
        today = seen ?? today
        askedAgainMs = today == nil ? await dueMs() : nil
        if let seen { recorder.heed(seen) }
        return seen != nil
    }

    private func dueMs() async -> Int64? {
        await syncInS(.awake).map { phone.clock.now().atMs + 1000 * $0 }
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
            return nil
        }
    }
}

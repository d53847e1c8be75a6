import Observation
import OnbeatCore

/// The day that all screens stand on: what core says of it, one call for each button, and what waits to be sent.
@MainActor @Observable public final class TodayModel {
    public private(set) var today: Today?
    /// Why the newest act did not succeed.
    public private(set) var problem: Problem?
    public private(set) var isSyncing = false

    @ObservationIgnored private let phone: PhoneHolder
    @ObservationIgnored private let recorder: Recorder
    /// When it was last tried to send.
    @ObservationIgnored private var sent: Stamp?
    /// What an act has begun to send.
    @ObservationIgnored private(set) var sending: Task<Void, Never>?

    /// While it records, it sends no more often than this.
    private static let sendMs: Int64 = 5 * 60_000
    /// What waits is tried again no sooner, while the app is closed.
    private static let retryS: Int64 = 15 * 60
    /// What is new at the desk is fetched at least so often, as far as the system lets it.
    private static let fetchS: Int64 = 4 * 3600

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

    /// A position was taken: shows the day, and sends now and then what waits.
    public func follow() async {
        await refresh()
        guard waits else { return }
        if let sent, !isPast(sent) { return }
        await send()
    }

    /// It is time to try again.
    private func isPast(_ sent: Stamp) -> Bool {
        let now = phone.clock.now()
        return sent.boot != now.boot || now.elapsedMs - sent.elapsedMs >= Self.sendMs
    }

    /// While the app is closed, or has a thing to send at once: sends, and fetches what is new.
    public func sendUnseen() async {
        await sending?.value
        await send()
    }

    /// The app comes onto the screen: shows what the desk changed meanwhile, no more often than it sends by itself.
    public func open() async {
        await refresh()
        if let sent, !isPast(sent) { return }
        await sendUnseen()
    }

    /// The app is closed: in how many seconds it should be woken to send what waits or, as that was long ago, to fetch what
    /// is new. None on a replaced phone that sent all: it is told nothing new.
    public func nextUnseenS() async -> Int64? {
        await refresh()
        if waits { return Self.retryS }
        guard let today, today.replacedMs == nil,
            let diagnosis = try? await phone.call({ phone, _ in try phone.diagnosis() })
        else { return nil }
        let fetchedMs = diagnosis.lastSyncMs ?? 0
        return max(Self.retryS, Self.fetchS - (today.nowMs - fetchedMs) / 1000)
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

    /// Something waits to be sent.
    public var waits: Bool {
        guard let today else { return false }
        return today.waitingRecords > 0 || today.waitingPhotos > 0
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
        if let seen { recorder.heed(seen) }
        return seen != nil
    }

    /// One at a time. Unasked, it is silent of what can't be done: the day says what still waits.
    @discardableResult private func send(says: Bool = false) async -> SyncReport? {
        guard !isSyncing else { return nil }
        isSyncing = true
        defer { isSyncing = false }
        sent = phone.clock.now()
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

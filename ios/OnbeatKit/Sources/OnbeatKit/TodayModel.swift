import Observation
import OnbeatCore

/// The screen of the day: what core says of it, and one call for each button.
@MainActor @Observable public final class TodayModel {
    public private(set) var today: Today?
    /// Why the newest act did not succeed: a code of core's.
    public private(set) var problem: String?
    public private(set) var isSyncing = false

    @ObservationIgnored private let phone: PhoneHolder
    @ObservationIgnored private let recorder: Recorder

    public init(phone: PhoneHolder, recorder: Recorder) {
        self.phone = phone
        self.recorder = recorder
    }

    public func refresh() async {
        await act { _, _ in }
    }

    public func signIn() async {
        await act { phone, reading in _ = try phone.signIn(reading: reading, note: "") }
    }

    public func checkOut(visit: String) async {
        await act { phone, reading in try phone.checkOut(reading: reading, visit: visit) }
    }

    public func startBreak() async { await act { phone, reading in try phone.breakStart(at: reading.at) } }
    public func endBreak() async { await act { phone, reading in try phone.breakEnd(at: reading.at) } }
    public func startPrivateTime() async { await act { phone, reading in try phone.privateStart(at: reading.at) } }
    public func endPrivateTime() async { await act { phone, reading in try phone.privateEnd(at: reading.at) } }

    /// Sends what waits; one at a time.
    public func sync() async {
        guard !isSyncing else { return }
        isSyncing = true
        defer { isSyncing = false }
        do {
            let report = try await phone.sync()
            await refresh()
            problem = report.problems.first?.code ?? problem
        } catch {
            problem = error.code
        }
    }

    private func act(_ body: @escaping @Sendable (Phone, Reading) throws -> Void) async {
        problem = nil
        let reading = recorder.reading()
        do {
            today = try await phone.call { phone, at in
                try body(phone, reading)
                return try phone.today(at: at)
            }
        } catch {
            problem = error.code
        }
    }
}

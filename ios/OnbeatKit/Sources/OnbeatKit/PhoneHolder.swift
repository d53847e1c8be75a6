import Dispatch
import Foundation
import OnbeatCore

/// The one phone of this process, called on one background queue, since a call may wait for the disk.
public actor PhoneHolder {
    private nonisolated let queue: PhoneQueue
    /// None once it was let go of.
    private var phone: Phone?
    private var syncs = 0
    /// Who waits until no sync is under way.
    private var closing: [CheckedContinuation<Void, Never>] = []
    public nonisolated let clock: any PhoneClock

    public nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    init(phone: Phone, clock: any PhoneClock, queue: PhoneQueue) {
        self.phone = phone
        self.clock = clock
        self.queue = queue
    }

    /// One call, or several with none of others between them, at this moment.
    public func call<Answer: Sendable>(
        _ body: @Sendable (_ phone: Phone, _ at: Stamp) throws -> Answer
    ) throws -> Answer {
        try body(opened(), clock.now())
    }

    /// Sends what waits and fetches what is new. Other calls go on meanwhile.
    public func sync() async throws -> SyncReport {
        let phone = try opened()
        syncs += 1
        defer { syncEnded() }
        return try await phone.sync(at: clock.now())
    }

    /// Lets go of the folder, once a sync that is under way has ended: from then on it may be opened again. A call after
    /// this throws.
    public func close() async {
        phone = nil
        if syncs > 0 { await withCheckedContinuation { closing.append($0) } }
    }

    private func opened() throws -> Phone {
        guard let phone else { throw NoPhone.closed }
        return phone
    }

    private func syncEnded() {
        syncs -= 1
        guard syncs == 0 else { return }
        // They go on after this turn of the queue, and with it the phone that the sync held.
        closing.forEach { $0.resume() }
        closing = []
    }

    /// It was let go of.
    enum NoPhone: Coded {
        case closed
        var code: String { "closed" }
    }
}

/// Runs what it is given in order, one at a time.
final class PhoneQueue: SerialExecutor {
    private let queue = DispatchQueue(label: "onbeat.phone", qos: .userInitiated)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}

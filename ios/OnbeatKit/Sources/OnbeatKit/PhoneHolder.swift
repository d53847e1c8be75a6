import Dispatch
import Foundation
import OnbeatCore

/// The one phone of this process, called on one background queue, since a call may wait for the disk.
public actor PhoneHolder {
    private nonisolated let queue: PhoneQueue
    private let phone: Phone
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
        try body(phone, clock.now())
    }

    /// Sends what waits and fetches what is new. Other calls go on meanwhile.
    public func sync() async throws -> SyncReport {
        try await phone.sync(at: clock.now())
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

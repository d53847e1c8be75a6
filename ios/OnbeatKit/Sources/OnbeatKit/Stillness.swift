import Foundation
import OnbeatCore

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

/// Keeps how long the phone stood still: that time is not unknown though no position came.
@MainActor final class Stillness {
    private let phone: PhoneHolder
    private let motion: any MotionSensor
    /// Since when it stands still.
    private var since: Stamp?
    private var moved: () -> Void = {}

    /// What is shorter than this is a hand's or a sensor's trembling.
    private static let trembleMs: Int64 = 60_000

    init(phone: PhoneHolder, motion: any MotionSensor) { (self.phone, self.motion) = (phone, motion) }

    var isStill: Bool { since != nil }

    /// `moved` is called whenever it no longer stands still.
    func start(moved: @escaping @MainActor () -> Void) {
        self.moved = moved
        // What a call fails of is met again at the next one.
        motion.start { [weak self] isStill in Task { try? await self?.stands(isStill) } }
    }

    func stop() {
        since = nil
        motion.stop()
    }

    /// The sensor says that the phone stands still, or no longer does: how long it stood is kept.
    func stands(_ isStill: Bool) async throws {
        let now = phone.clock.now()
        guard let since, !isStill else {
            since = isStill ? since ?? now : nil
            return
        }
        self.since = nil
        moved()
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
}

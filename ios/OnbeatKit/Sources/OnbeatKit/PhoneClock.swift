import Foundation
import OnbeatCore

/// Tells when a call is made, as core wants it, and waits.
public protocol PhoneClock: Sendable {
    func now() -> Stamp
    /// Returns once so much time has passed; throws where the task is cancelled before.
    func wait(ms: Int64) async throws
}

/// The device's clocks: the wall's, and the time since the app's first reading in this boot, sleep included.
///
/// iOS tells an app no boot's name: `kern.bootsessionuuid` stands in no header that apps are given, `kern.boottime` moves
/// with the wall clock, and the time since boot may not be sent. So a boot has a random name, and both clocks tell
/// whether it still is the same: `Mark.isOver`.
public final class BootClock: PhoneClock, @unchecked Sendable {
    /// What both clocks show.
    public struct Faces: Sendable {
        public let wallMs: Int64
        public let running: ContinuousClock.Instant

        public init(wallMs: Int64, running: ContinuousClock.Instant) {
            self.wallMs = wallMs
            self.running = running
        }

        public static var now: Faces {
            Faces(wallMs: Int64(Date().timeIntervalSince1970 * 1000), running: .now)
        }
    }

    /// What is kept between two runs of the app.
    private struct Mark: Codable {
        var boot: String
        /// The app's first reading in this boot.
        let first: ContinuousClock.Instant
        /// What the wall showed then, as it is set now.
        var firstWallMs: Int64
        /// The boot lasted at least so long: the newest reading that was kept.
        var seenMs: Int64

        func elapsedMs(_ faces: Faces) -> Int64 {
            let elapsed = first.duration(to: faces.running).components
            return elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000
        }

        /// By how much the wall was moved since.
        func movedMs(_ faces: Faces) -> Int64 {
            faces.wallMs - elapsedMs(faces) - firstWallMs
        }

        /// A later boot began after the newest reading. So the running clock, which counts from it, shows less than
        /// then; or, where the phone has been on for longer meanwhile, the wall ran ahead of it by all the time of the
        /// boot before, and that is at least `seenMs`. A wall that moved by less, or back, was set. What this can't tell:
        /// one set ahead by more is taken for a boot; one set back, on a phone that was restarted too and then on for
        /// longer than before, for none.
        func isOver(_ faces: Faces) -> Bool {
            let movedMs = movedMs(faces)
            return elapsedMs(faces) < seenMs || (movedMs > BootClock.networksMs && movedMs >= seenMs)
        }
    }

    /// The network's corrections of the wall clock are smaller than this.
    private static let networksMs: Int64 = 60_000
    /// A smaller correction is not worth a write.
    private static let correctedMs: Int64 = 1_000
    /// Nor is less time since the newest reading that was kept.
    private static let seenEveryMs: Int64 = 60_000

    private let lock = NSLock()
    private var mark: Mark
    private let file: URL
    private let faces: @Sendable () -> Faces

    /// `file` keeps the boot's name over restarts of the app.
    public init(file: URL, faces: @escaping @Sendable () -> Faces = { .now }) {
        self.file = file
        self.faces = faces
        let now = faces()
        let kept = try? JSONDecoder().decode(Mark.self, from: Data(contentsOf: file))
        if let kept, !kept.isOver(now) {
            mark = kept
        } else {
            mark = Mark(boot: Self.newBoot(), first: now.running, firstWallMs: now.wallMs, seenMs: 0)
            keep()
        }
    }

    public func now() -> Stamp {
        lock.withLock {
            let now = faces()
            let (movedMs, elapsedMs) = (mark.movedMs(now), mark.elapsedMs(now))
            if abs(movedMs) > Self.correctedMs || elapsedMs - mark.seenMs >= Self.seenEveryMs {
                mark.firstWallMs += movedMs
                mark.seenMs = elapsedMs
                keep()
            }
            return Stamp(atMs: now.wallMs, elapsedMs: elapsedMs, boot: mark.boot)
        }
    }

    public func wait(ms: Int64) async throws { try await Task.sleep(for: .milliseconds(max(0, ms))) }

    /// Without the file the next start is taken for another boot: nothing is lost by it.
    private func keep() {
        try? JSONEncoder().encode(mark).write(to: file, options: .atomic)
    }

    private static func newBoot() -> String {
        let hex = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - hex.count) + hex
    }
}

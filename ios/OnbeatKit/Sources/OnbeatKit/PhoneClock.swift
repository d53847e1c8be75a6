import Foundation
import OnbeatCore

/// Tells when a call is made, as core wants it.
public protocol PhoneClock: Sendable {
    func now() -> Stamp
}

/// The device's clocks: the wall's, and the time since the app's first reading in this boot, sleep included.
///
/// iOS tells an app no boot's name, and forbids sending the time since boot. So a boot has a random name, and it is
/// taken for the same one only where both clocks moved alike since the app last looked.
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

        func elapsedMs(_ faces: Faces) -> Int64 {
            let elapsed = first.duration(to: faces.running).components
            return elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000
        }

        /// By how much the wall was moved since.
        func movedMs(_ faces: Faces) -> Int64 {
            faces.wallMs - elapsedMs(faces) - firstWallMs
        }
    }

    /// Two boots lie further apart than this; the network's corrections of the wall clock are smaller.
    private static let sameBootMs: Int64 = 60_000
    /// A smaller correction is not worth a write.
    private static let keptMs: Int64 = 1_000

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
        if let kept, kept.elapsedMs(now) >= 0, abs(kept.movedMs(now)) <= Self.sameBootMs {
            mark = kept
        } else {
            mark = Mark(boot: Self.newBoot(), first: now.running, firstWallMs: now.wallMs)
            keep()
        }
    }

    public func now() -> Stamp {
        lock.withLock {
            let now = faces()
            let movedMs = mark.movedMs(now)
            if abs(movedMs) > Self.keptMs {
                mark.firstWallMs += movedMs
                keep()
            }
            return Stamp(atMs: now.wallMs, elapsedMs: mark.elapsedMs(now), boot: mark.boot)
        }
    }

    /// Without the file the next start is taken for another boot: nothing is lost by it.
    private func keep() {
        try? JSONEncoder().encode(mark).write(to: file, options: .atomic)
    }

    private static func newBoot() -> String {
        let hex = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - hex.count) + hex
    }
}

import Foundation
import Testing

@testable import OnbeatKit

/// A later boot began after the newest reading: where the clocks rule that out, it is the same one.
@Suite struct BootClockTests {
    private static let start = ContinuousClock.now

    private static let startS: Int64 = 1_795_561_200

    private func faces(wallS: Int64, runningS: Int64) -> BootClock.Faces {
        BootClock.Faces(wallMs: (Self.startS + wallS) * 1000, running: Self.start + .seconds(runningS))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let wallS: Int64
        let runningS: Int64
        let isSameBoot: Bool
    }

    /// The app was last seen two hours after its first reading of the boot.
    private static let seenS: Int64 = 7_200

    static let cases = [
        Case(testDescription: "an hour later", wallS: 10_800, runningS: 10_800, isSameBoot: true),
        Case(testDescription: "the network set the clock by a minute", wallS: 10_860, runningS: 10_800, isSameBoot: true),
        Case(testDescription: "the clock was set ahead by an hour", wallS: 14_400, runningS: 10_800, isSameBoot: true),
        Case(testDescription: "the clock was set back by a day", wallS: -75_600, runningS: 10_800, isSameBoot: true),
        Case(testDescription: "set ahead by more than it was on", wallS: 18_100, runningS: 10_800, isSameBoot: false),
        Case(testDescription: "the phone was restarted", wallS: 7_300, runningS: -20, isSameBoot: false),
        Case(testDescription: "restarted, and seen soon after", wallS: 10_800, runningS: 3_400, isSameBoot: false),
        Case(testDescription: "restarted, and on for longer", wallS: 90_000, runningS: 9_000, isSameBoot: false),
        Case(testDescription: "restarted at once, and on for longer", wallS: 16_210, runningS: 9_000, isSameBoot: false),
    ]

    @Test(arguments: cases) func tellsBootsApart(_ later: Case) throws {
        let scratch = try Scratch()
        let file = scratch.url.appendingPathComponent("boot.json")
        let shown = Shown(faces(wallS: 0, runningS: 0))
        let clock = BootClock(file: file, faces: { shown.faces })
        let first = clock.now()
        shown.faces = faces(wallS: Self.seenS, runningS: Self.seenS)
        _ = clock.now()
        let next = BootClock(file: file, faces: { faces(wallS: later.wallS, runningS: later.runningS) }).now()
        #expect(first.elapsedMs == 0)
        #expect((next.boot == first.boot) == later.isSameBoot)
        #expect(next.elapsedMs == (later.isSameBoot ? later.runningS * 1000 : 0))
        #expect(next.atMs == (Self.startS + later.wallS) * 1000)
    }

    @Test func aClockMovedUnderTheRunningAppIsTheSameBootAfterARestartOfTheApp() throws {
        let scratch = try Scratch()
        let file = scratch.url.appendingPathComponent("boot.json")
        let shown = Shown(faces(wallS: 7_000, runningS: 0))
        let clock = BootClock(file: file, faces: { shown.faces })
        shown.faces = faces(wallS: 0, runningS: 10)
        let moved = clock.now()
        let again = BootClock(file: file, faces: { faces(wallS: 10, runningS: 20) }).now()
        #expect(again.boot == moved.boot)
        #expect([moved.elapsedMs, again.elapsedMs] == [10_000, 20_000])
    }

    @Test func aBootsNameIsSixteenHexDigitsAndRandom() throws {
        let scratch = try Scratch()
        let names = (0..<20).map { BootClock(file: scratch.url.appendingPathComponent("\($0)")).now().boot }
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.count == 16 && $0.allSatisfy { "0123456789abcdef".contains($0) } })
    }

    private final class Shown: @unchecked Sendable {
        var faces: BootClock.Faces
        init(_ faces: BootClock.Faces) { self.faces = faces }
    }
}

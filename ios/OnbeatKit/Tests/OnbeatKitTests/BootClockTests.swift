import Foundation
import Testing

@testable import OnbeatKit

/// A boot is the same one only where both clocks moved alike.
@Suite struct BootClockTests {
    private static let start = ContinuousClock.now

    private func faces(wallS: Int64, runningS: Int64) -> BootClock.Faces {
        BootClock.Faces(wallMs: wallS * 1000, running: Self.start + .seconds(runningS))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let wallS: Int64
        let runningS: Int64
        let isSameBoot: Bool
    }

    static let cases = [
        Case(testDescription: "an hour later", wallS: 103_600, runningS: 3_600, isSameBoot: true),
        Case(testDescription: "the network set the clock by a minute", wallS: 103_660, runningS: 3_600, isSameBoot: true),
        Case(testDescription: "the clock was moved while the app was gone", wallS: 107_200, runningS: 3_600, isSameBoot: false),
        Case(testDescription: "the phone was restarted", wallS: 103_600, runningS: -20, isSameBoot: false),
        Case(testDescription: "restarted, and on for longer", wallS: 190_000, runningS: 9_000, isSameBoot: false),
    ]

    @Test(arguments: cases) func tellsBootsApart(_ later: Case) throws {
        let scratch = try Scratch()
        let file = scratch.url.appendingPathComponent("boot.json")
        let first = BootClock(file: file, faces: { faces(wallS: 100_000, runningS: 0) }).now()
        let next = BootClock(file: file, faces: { faces(wallS: later.wallS, runningS: later.runningS) }).now()
        #expect(first.elapsedMs == 0)
        #expect((next.boot == first.boot) == later.isSameBoot)
        #expect(next.elapsedMs == (later.isSameBoot ? later.runningS * 1000 : 0))
        #expect(next.atMs == later.wallS * 1000)
    }

    @Test func aClockMovedUnderTheRunningAppIsTheSameBootAfterARestartOfTheApp() throws {
        let scratch = try Scratch()
        let file = scratch.url.appendingPathComponent("boot.json")
        let shown = Shown(faces(wallS: 100_000, runningS: 0))
        let clock = BootClock(file: file, faces: { shown.faces })
        shown.faces = faces(wallS: 93_000, runningS: 10)
        let moved = clock.now()
        let again = BootClock(file: file, faces: { faces(wallS: 93_010, runningS: 20) }).now()
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

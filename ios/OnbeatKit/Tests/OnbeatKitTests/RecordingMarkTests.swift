import Foundation
import OnbeatKit
import Testing

@Suite struct RecordingMarkTests {
    @Test func recordingGoesOnAtTheNextLaunchUntilTheWindowCloses() throws {
        let scratch = try Scratch()
        let file = scratch.url.appendingPathComponent("mark.json")
        let (mark, closes) = (RecordingMark(KeptFile(file)), Date(timeIntervalSince1970: 1_795_595_400))
        mark.forget()
        #expect(!mark.goesOn(at: closes - 1), "it never recorded")
        #expect(!FileManager.default.fileExists(atPath: file.path), "nor is anything kept of it")
        mark.keep(until: closes)
        let next = RecordingMark(KeptFile(file))
        #expect(next.goesOn(at: closes - 1) && !next.goesOn(at: closes))
        next.forget()
        #expect(!next.goesOn(at: closes - 1))
    }

    @Test func beforeTheFirstUnlockNothingGoesOn() throws {
        let scratch = try Scratch()
        let file = scratch.url.appendingPathComponent("mark.json")
        RecordingMark(KeptFile(file)).keep(until: .distantFuture)
        let locked = RecordingMark(KeptFile(file) { _ in throw CocoaError(.fileReadNoPermission) })
        #expect(!locked.goesOn(at: Date()))
        locked.forget()
        #expect(RecordingMark(KeptFile(file)).goesOn(at: Date()), "nor is it forgotten")
    }
}

import Foundation
import Testing

/// The day that every phone plays.
@Suite(.timeLimit(.minutes(5))) struct StoryTests {
    /// Enrolment, readings, visits, a photo, a break and syncs, the app ended and started again.
    @Test func aDayComesOutAsFromThePhoneOfRust() async throws {
        let script = try Script("day.ndjson")
        let device = try TestPhone(clock: SetClock(atMs: 0))
        let stage = try Stage(script: script.file, folder: device.scratch.url.appendingPathComponent("stage"))
        let copy = device.scratch.url.appendingPathComponent("log.ndjson")
        try await Data(script.play(on: device, stage).utf8).write(to: copy)
        try stage.check(export: copy)
    }
}

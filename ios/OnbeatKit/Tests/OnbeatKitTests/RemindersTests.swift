import OnbeatCore
import Testing

@testable import OnbeatKit

/// When the rep is told that recording begins, by what the real core lists.
@MainActor @Suite(.timeLimit(.minutes(5))) struct RemindersTests {
    private static let hourS: Int64 = 3_600
    private let rep: Enrolled

    init() async throws { rep = try await Enrolled() }

    @Test func theNextTenOpeningsArePlannedAndAnewWithEachSync() async throws {
        #expect(rep.notices.openings.isEmpty)
        await rep.day.sync()
        let planned = rep.notices.openings
        #expect(planned.count == 10)
        #expect(isHours(planned[0], 1), "it is seven, and opens at eight")
        #expect(planned.allSatisfy { $0.inS - $0.remindsInS == 300 }, "five minutes before he is reminded")
        #expect(isHours(planned[2], 49) && isHours(planned[3], 121), "Friday, then Monday")
        rep.device.clock.move(byMs: Self.hourS * 500)
        await rep.day.sync()
        #expect(rep.notices.openings.count == 10)
        #expect(rep.notices.openings[0].inS < Self.hourS * 3 / 4, "in half an hour")
    }

    /// The server's clock, which core goes by, runs on meanwhile.
    private func isHours(_ opening: Beginning, _ hours: Int64) -> Bool { abs(opening.inS - hours * Self.hourS) < 60 }

    @Test func theyArePlannedAnewAsTheWindowEnds() async throws {
        try await rep.walk(Desk.middle, from: "16:20", to: "16:40")
        #expect(rep.notices.stops == 1 && !rep.recorder.isOn)
        let first = try #require(rep.notices.openings.first)
        #expect((15 * Self.hourS...16 * Self.hourS).contains(first.inS), "tomorrow at eight")
    }

    @Test func aMovedClockMovesNoOpening() async throws {
        await rep.day.sync()
        var now = rep.device.clock.now()
        now.atMs += 5 * Self.hourS * 1000
        rep.device.clock.set(now)
        try await rep.recorder.look()
        #expect(isHours(try #require(rep.notices.openings.first), 1))
    }

    @Test func whoDoesNotWantToBeToldIsNot() async throws {
        await rep.day.sync()
        rep.notices.isAllowed = false
        try await rep.recorder.look()
        #expect(rep.notices.openings.isEmpty)
        rep.notices.isAllowed = true
        try await rep.recorder.look()
        #expect(rep.notices.openings.count == 10)
        await rep.app.answerLocation(false)
        try await rep.recorder.look()
        #expect(rep.notices.openings.isEmpty, "nothing would be recorded")
    }

    @Test func onAPhoneThatWasReplacedTheyAreTakenBack() async throws {
        await rep.day.sync()
        #expect(!rep.notices.openings.isEmpty)
        let second = Enrolled.app(of: try TestPhone(clock: rep.device.clock))
        await second.agreeToPrivacy()
        await second.enrol(link: try rep.desk.server.link(of: Desk.rep), device: Enrolled.hardware, grade: .software)
        await rep.day.sync()
        #expect(rep.notices.openings.isEmpty)
    }

    @Test func onAPhoneThatWasEmptiedTheyAreTakenBack() async throws {
        await rep.day.sync()
        let stream = try await rep.phone.call { phone, _ in try phone.heads().stream }
        try rep.desk.server.command("phones", "revoke", stream)
        await rep.day.sync()
        try? await rep.recorder.look()
        #expect(rep.notices.openings.isEmpty)
    }
}

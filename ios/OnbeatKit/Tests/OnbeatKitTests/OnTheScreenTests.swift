import Foundation
import OnbeatCore
import Testing

@testable import OnbeatKit

/// The app on the screen: the day renews itself, by the real core and a real `onbeat serve`.
@MainActor @Suite(.timeLimit(.minutes(5))) struct OnTheScreenTests {
    private let rep: Enrolled

    init() async throws { rep = try await Enrolled() }

    private func move(to time: String) throws {
        rep.device.clock.move(byMs: Desk.at(time) - rep.device.clock.now().atMs)
        try rep.desk.server.setClock(Desk.at(time))
    }

    /// Recording, and all that was seen so far is sent.
    private func records(at time: String) async throws {
        try move(to: time)
        await rep.day.take(Desk.middle.fix())
        await rep.day.sync()
        #expect(rep.recorder.isOn && rep.day.today?.when == .within && rep.day.today?.waitingRecords == 0)
    }

    @Test func theFirstPositionShowsThatItRecords() async throws {
        await rep.day.refresh()
        #expect(rep.day.today?.when == .before)
        try move(to: "08:10")
        await rep.day.take(Desk.middle.fix())
        #expect(rep.recorder.isOn && rep.day.today?.here?.place == .inside)
    }

    @Test func thePositionThatClosesTheWindowShowsSoAndSendsWhatWaits() async throws {
        try await records(at: "16:20")
        _ = await rep.day.view { phone, reading in try phone.cause(at: reading.at, cause: .noSignal) }
        try move(to: "16:30")
        await rep.day.take(Desk.middle.moved(1).fix())
        #expect(!rep.recorder.isOn && rep.notices.stops == 1)
        #expect(rep.day.today?.when == .after && rep.day.today?.recordedSinceMs == nil)
        #expect(rep.day.today?.waitingRecords == 0)
    }

    @Test func withoutAPositionTheCloseIsShownToo() async throws {
        try await records(at: "16:25")
        await rep.keepUp(until: "16:31")
        #expect(!rep.recorder.isOn && rep.day.today?.when == .after)
    }

    @Test func recordingBeginsAtTheOpeningWithoutATap() async throws {
        try move(to: "07:57")
        try await rep.recorder.look()
        await rep.day.refresh()
        rep.device.clock.move(byMs: 30_000)
        await rep.keepUp(until: "07:59")
        #expect(!rep.recorder.isOn && rep.sensor.starts == 0, "no place is asked for before")
        await rep.keepUp(until: "08:00")
        // The server's clock, which core goes by, ran on while the test set it up.
        await rep.keepUp(until: "08:01")
        #expect(rep.recorder.isOn && rep.sensor.starts == 1 && rep.day.today?.when == .within)
    }

    @Test func aBreakThatEndsByItselfIsOverOnTheScreen() async throws {
        try await records(at: "08:00")
        #expect(await rep.act(.startBreak))
        let untilMs = try #require(rep.day.today?.breakUntilMs)
        await rep.keepUp(until: Measures.time(untilMs + 60_000, in: "Asia/Shanghai"))
        #expect(rep.day.today?.breakUntilMs == nil && rep.recorder.isOn)
        #expect(rep.recorder.reading().fix == nil, "no place was asked of anybody")
        await rep.day.take(Desk.middle.moved(1).fix())
        #expect(rep.recorder.reading().fix != nil, "it is due at once")
    }

    @Test func whatTheRepIsTypingStays() async throws {
        try await records(at: "08:00")
        #expect(await rep.act(.checkIn(customer: Desk.customer, purpose: "")))
        let visit = VisitModel(id: try #require(rep.day.today?.openVisit), on: "2026-11-25", day: rep.day)
        await visit.load()
        var report = visit.report
        report.content = "half a word"
        visit.change(report)
        await rep.keepUp(until: "08:10")
        #expect(visit.report.content == "half a word")
        await visit.settle()
        await visit.load()
        #expect(visit.report.content == "half a word")
    }

    @Test func whyAnActDidNotSucceedStaysSaid() async throws {
        try await records(at: "08:00")
        #expect(!(await rep.act(.giveReason(.goods))))
        await rep.keepUp(until: "08:03")
        #expect(rep.day.problem?.word == "reason_not_asked")
    }

    @Test func itLooksAgainAtTheNextChangeAndWithinAMinute() async throws {
        try await records(at: "16:28")
        var looks: [Int64] = []
        rep.device.clock.letWait(untilMs: Desk.at("16:30")) { looks.append($0 - Desk.at("16:28")) }
        await rep.day.keepUp()
        #expect(looks.first == 60_000 && looks.count >= 2)
        #expect(looks.dropFirst().allSatisfy { (61_000...120_000).contains($0) })
    }
}

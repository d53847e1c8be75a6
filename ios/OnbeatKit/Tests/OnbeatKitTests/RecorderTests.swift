import Foundation
import OnbeatCore
import Testing

@testable import OnbeatKit

/// What the recorder does with what sensors say, against the real core.
@MainActor @Suite(.timeLimit(.minutes(5))) struct RecorderTests {
    private let rep: Enrolled
    private var recorder: Recorder { rep.recorder }

    init() async throws { rep = try await Enrolled() }

    private func records(_ kind: String) async throws -> [RecordShown] {
        try await rep.phone.call { phone, _ in try phone.records(day: "2026-11-25") }.filter { $0.kind == kind }
    }

    private func move(to time: String) {
        rep.device.clock.move(byMs: Desk.at(time) - rep.device.clock.now().atMs)
    }

    @Test func aPositionThatTheSystemWokeTheAppForTakesRecordingUpAgain() async throws {
        move(to: "07:30")
        #expect(try await recorder.take(Desk.middle.fix()) == nil, "before the window it is not even handed on")
        #expect(!recorder.isOn)
        move(to: "08:41")
        #expect(try await recorder.take(Desk.middle.fix())?.kept == true)
        #expect(recorder.isOn && rep.sensor.starts == 1 && rep.motion.isOn)
        #expect(abs(rep.sensor.forMs - (Desk.at("16:30") - Desk.at("08:41"))) < 60_000, "till the window closes")
        recorder.end()
        #expect(!rep.motion.isOn)
    }

    @Test func itGoesOnNoLongerThanTillLeaveBegins() async throws {
        try await rep.desk.server.enterLeave(of: Desk.rep, fromMs: Desk.at("12:00"), toMs: Desk.at("16:30"))
        await rep.day.sync()
        move(to: "08:41")
        try await recorder.look()
        #expect(abs(rep.sensor.forMs - (Desk.at("12:00") - Desk.at("08:41"))) < 60_000)
    }

    @Test func aStartInTheWindowWasDueAtItsOpeningUntilAPlaceCame() async throws {
        func due() async throws -> Int64? {
            await rep.day.noteStart(by: .opened)
            return try await rep.phone.call { phone, _ in try phone.diagnosis() }.starts.first?.start.dueMs
        }
        move(to: "07:30")
        #expect(try await due() == nil)
        move(to: "08:41")
        #expect(abs(try #require(try await due()) - Desk.at("08:00")) < 60_000)
        try await recorder.take(Desk.middle.fix())
        #expect(try await due() == nil)
    }

    @Test func timeThatThePhoneStoodStillIsKeptAndMovingIsSeenAtOnce() async throws {
        move(to: "08:00")
        try await recorder.take(Desk.middle.fix())
        try await recorder.stillness.stands(true)
        rep.device.clock.move(byMs: 600_000)
        try await recorder.take(Desk.middle.moved(1).fix())
        #expect(try await records("fix").last?.body?.contains(#""still":true"#) == true)
        rep.device.clock.move(byMs: 10_000)
        try await recorder.stillness.stands(false)
        #expect(try await records("still.ended").count == 1)
        #expect(try await recorder.take(Desk.middle.moved(2).fix())?.kept == true, "it is due, since it moves")
    }

    @Test func aMomentsRestIsNoTimeThatItStoodStill() async throws {
        move(to: "08:00")
        try await recorder.take(Desk.middle.fix())
        try await recorder.stillness.stands(true)
        rep.device.clock.move(byMs: 30_000)
        try await recorder.stillness.stands(false)
        #expect(try await records("still.ended").isEmpty)
    }

    @Test func timeThatItStoodStillWhileTheAppWasClosedIsCaughtUpWith() async throws {
        move(to: "08:00")
        try await recorder.take(Desk.middle.fix())
        recorder.end()
        move(to: "10:00")
        func at(_ time: String) -> Date { Date(timeIntervalSince1970: Double(Desk.at(time)) / 1000) }
        rep.motion.seen = [
            Motion(since: at("07:50"), isStill: true), Motion(since: at("08:40"), isStill: false),
            Motion(since: at("09:00"), isStill: true),
        ]
        try await recorder.look()
        #expect(rep.motion.askedFor.last == at("08:00")...at("10:00"), "since the newest place")
        let spans = try await records("still.ended").compactMap(\.body)
        let first = rep.device.clock.now().elapsedMs
        #expect(spans.count == 2)
        #expect(spans[0].contains(#""from_elapsed_ms":\#(first - 7_200_000),"#) && spans[0].contains("\(first - 4_800_000)"))
        #expect(spans[1].contains("\(first - 3_600_000)") && spans[1].contains(#""to_elapsed_ms":\#(first)"#))
    }

    @Test func whatWaitsIsSentNowAndThenWhileItRecords() async throws {
        move(to: "08:00")
        try rep.desk.server.setClock(Desk.at("08:00"))
        try await recorder.take(Desk.middle.fix())
        await rep.day.follow()
        #expect(rep.day.today?.waitingRecords == 0)
        rep.device.clock.move(byMs: 60_000)
        _ = await rep.day.view { phone, reading in try phone.cause(at: reading.at, cause: .noSignal) }
        await rep.day.follow()
        #expect(rep.day.today?.waitingRecords == 1, "not each minute")
        rep.device.clock.move(byMs: 300_000)
        try rep.desk.server.setClock(rep.device.clock.now().atMs)
        await rep.day.follow()
        #expect(rep.day.today?.waitingRecords == 0)
    }

    @Test(arguments: [(Act.startBreak, Act.endBreak), (.startPrivate, .endPrivate)])
    func nothingOfAPlaceIsKeptOrHandedOnInAPause(_ starts: Act, _ ends: Act) async throws {
        move(to: "08:00")
        try rep.desk.server.setClock(Desk.at("08:00"))
        try await recorder.take(Desk.middle.fix())
        #expect(recorder.reading().fix != nil)
        #expect(await rep.act(starts))
        #expect(recorder.isOn, "the sensor goes on: in the background it may not begin again")
        #expect(recorder.reading().fix == nil, "that of before is dropped too")
        let before = try await records("fix").count
        for step in 0..<60 {
            rep.device.clock.move(byMs: 10_000)
            #expect(try await recorder.take(Desk.beyond.moved(step).fix())?.kept != true)
            #expect(recorder.reading().fix == nil)
        }
        try rep.desk.server.setClock(rep.device.clock.now().atMs)
        #expect(await rep.act(.signIn))
        #expect(try await records("fix").count == before, "an act has no place either")
        #expect(rep.notices.leavings == 0)
        #expect(await rep.act(ends))
        rep.device.clock.move(byMs: 1_000)
        #expect(try await recorder.take(Desk.middle.moved(1).fix())?.kept == true, "it is due at once")
        #expect(recorder.reading().fix != nil)
    }

    @Test func openingTheAppFetchesWhatTheDeskChangedQuietly() async throws {
        move(to: "08:00")
        try rep.desk.server.setClock(Desk.at("08:00"))
        _ = await rep.day.view { phone, reading in try phone.cause(at: reading.at, cause: .noSignal) }
        await rep.day.follow()
        #expect(rep.day.today?.waitingRecords == 0)
        try rep.desk.server.bring(
            "customers", "id,name,lat,lon,landline,place_confirmed\nc1,西湖商店,31.2,121.4,,true\n", as: "csv")
        let customers = CustomersModel(day: rep.day)
        await rep.day.follow()
        await customers.search("")
        #expect(customers.near.first?.customer.name == "东湖商店", "not with each position")
        await rep.day.sendUnseen()
        await customers.search("")
        #expect(customers.near.first?.customer.name == "西湖商店")
    }

    @Test func whileClosedItWakesForWhatWaitsAndNowAndThenForWhatIsNew() async throws {
        move(to: "08:00")
        try rep.desk.server.setClock(Desk.at("08:00"))
        await rep.day.sync()
        #expect(await rep.day.nextUnseenS() == 4 * 3600)
        rep.device.clock.move(byMs: 3 * 3_600_000)
        #expect(await rep.day.nextUnseenS() == 3600)
        _ = await rep.day.view { phone, reading in try phone.cause(at: reading.at, cause: .noSignal) }
        #expect(await rep.day.nextUnseenS() == 0, "what waits is sent as soon as the system lets it")
        try rep.desk.server.setClock(rep.device.clock.now().atMs)
        await rep.day.sendUnseen()
        #expect(await rep.day.nextUnseenS() == 4 * 3600)
    }
}

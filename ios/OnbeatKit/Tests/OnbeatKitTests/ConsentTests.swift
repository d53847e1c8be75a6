import Foundation
import OnbeatCore
import Testing

@testable import OnbeatKit

/// The consent to recording the place, and a phone that another one replaced.
@MainActor @Suite(.timeLimit(.minutes(5))) struct ConsentTests {
    private let rep: Enrolled

    init() async throws { rep = try await Enrolled() }

    @Test func withdrawalEndsRecordingAtOnceAndAllElseWorks() async throws {
        try await rep.walk(Desk.middle, from: "08:00", to: "08:10")
        #expect(rep.recorder.isOn && rep.sensor.isWatching)
        await rep.app.answerLocation(false)
        #expect(rep.app.problem == nil && rep.app.stage == .ready && rep.app.location == .refused)
        rep.device.clock.move(byMs: 600_000)
        #expect(try await rep.recorder.take(Desk.middle.moved(3).fix()) == nil)
        #expect(!rep.recorder.isOn, "core takes none, so none is asked for")
        #expect(!rep.sensor.isWatching, "nor is the app woken by his way")
        try await rep.recorder.look()
        #expect(!rep.recorder.isOn)
        #expect(await rep.act(.signIn))
        await rep.app.answerLocation(true)
        try await rep.recorder.look()
        #expect(rep.recorder.isOn)
    }

    @Test func whoRefusesIsLeftInPeace() async throws {
        let device = try TestPhone(clock: rep.device.clock)
        let app = Enrolled.app(of: device)
        await app.start()
        await app.agreeToPrivacy()
        await app.enrol(link: try rep.desk.server.link(of: Desk.rep), device: Enrolled.hardware, grade: .software)
        #expect(app.stage == .location && app.notice == nil)
        await app.answerLocation(false)
        #expect(app.stage == .ready)
        await app.start()
        #expect(app.stage == .ready)
    }

    @Test func aPageInOneLanguageIsShownInThatOne() {
        let both = Notice(zh: "位置说明", en: "On your place")
        #expect(both.text(in: .zh) == "位置说明" && both.text(in: .en) == "On your place")
        #expect(Notice(zh: "位置说明", en: "").text(in: .en) == "位置说明")
    }

    @Test func aPageThatReadsOtherwiseIsAskedAboutAgain() async throws {
        try await rep.desk.server.put("notice/notice", ["zh": "位置说明", "en": "On your place"])
        await rep.day.sync()
        await rep.app.start()
        #expect(rep.app.stage == .location && rep.app.notice?.text(in: .en) == "On your place")
        await rep.app.answerLocation(true)
        #expect(rep.app.stage == .ready)
        await rep.day.sync()
        await rep.app.start()
        #expect(rep.app.stage == .ready, "he agreed to this one")
        try await rep.desk.server.put("notice/notice", ["zh": "位置说明", "en": "On your place, kept for half a year"])
        await rep.day.sync()
        await rep.app.start()
        #expect(rep.app.stage == .location && rep.app.notice?.text(in: .en).hasSuffix("half a year") == true)
        await rep.app.answerLocation(false)
        try await rep.desk.server.put("notice/notice", ["zh": "位置说明", "en": "On your place, kept for a month"])
        await rep.day.sync()
        await rep.app.start()
        #expect(rep.app.stage == .ready && rep.app.location == .refused, "who refused is not asked again")
    }

    @Test func aReplacedPhoneSendsWhatWaitsAndIsLeft() async throws {
        try await rep.walk(Desk.middle, from: "08:00", to: "08:10")
        let second = Enrolled.app(of: try TestPhone(clock: rep.device.clock))
        await second.agreeToPrivacy()
        await second.enrol(link: try rep.desk.server.link(of: Desk.rep), device: Enrolled.hardware, grade: .software)
        await rep.app.leave()
        #expect(rep.app.problem?.code == "bad_input", "nobody told it yet: it is in use")
        await rep.day.sync()
        let today = try #require(rep.day.today)
        #expect(today.replacedMs != nil && today.next == .rest && rep.day.today?.waitingRecords == 0)
        #expect(!rep.recorder.isOn && !rep.sensor.isWatching, "seen at the sync")
        #expect(await rep.day.nextUnseenS() == nil, "nothing is to be sent or fetched")
        rep.device.clock.move(byMs: 600_000)
        #expect(try await rep.recorder.take(Desk.middle.moved(1).fix()) == nil)
        #expect(!rep.recorder.isOn)
        #expect(!(await rep.act(.signIn)))
        #expect(rep.day.problem?.word == "replaced")
        await rep.app.leave()
        #expect(rep.app.stage == .left)
        await rep.app.start()
        #expect(rep.app.stage == .left)
        #expect(!FileManager.default.fileExists(atPath: rep.device.folder.appendingPathComponent("phone.db").path))
    }

    @Test func aPhoneThatWasGivenUpAsLostIsEmptiedAtItsNextSync() async throws {
        try await rep.walk(Desk.middle, from: "08:00", to: "08:10")
        let stream = try await rep.phone.call { phone, _ in try phone.heads().stream }
        try rep.desk.server.command("phones", "revoke", stream)
        await rep.day.sync()
        #expect(rep.day.problem?.word == "wiped" || rep.day.problem?.word == "revoked")
        rep.device.clock.move(byMs: 600_000)
        _ = try? await rep.recorder.take(Desk.middle.moved(1).fix())
        #expect(!rep.recorder.isOn && !rep.sensor.isWatching)
        await rep.app.start()
        #expect(rep.app.stage == .left)
        #expect(!FileManager.default.fileExists(atPath: rep.device.folder.appendingPathComponent("phone.db").path))
        await rep.app.beginAnew()
        #expect(rep.app.stage == .enrolment)
        await rep.app.enrol(
            link: try rep.desk.server.link(of: Desk.rep), device: Enrolled.hardware, grade: .software)
        #expect(rep.app.stage == .location && rep.app.problem == nil)
        #expect(try await #require(rep.app.phone).call { phone, _ in try phone.heads().stream } != stream)
    }

    @Test func theMapFitsItsScreenAndTheDiagnosisKnowsTheStart() async throws {
        try await rep.walk(Desk.middle, from: "08:00", to: "08:10")
        let map = MapModel(day: rep.day)
        await map.load()
        let shown = try #require(map.map)
        #expect(shown.areas.map(\.kind) == [.district] && shown.customers.count == 1 && shown.here != nil)
        let scale = MapScale(shown, width: 300, height: 200)
        for point in shown.areas.flatMap(\.rings).joined() {
            let at = scale.at(point)
            #expect((-0.5...300.5).contains(at.x) && (-0.5...200.5).contains(at.y))
        }
        await rep.day.noteStart(by: .opened)
        let diagnosis = DiagnosisModel(day: rep.day)
        await diagnosis.load()
        #expect(diagnosis.diagnosis?.starts.map(\.start.by) == [.opened])
        #expect(diagnosis.diagnosis?.lastFixMs != nil && diagnosis.diagnosis?.lastSyncMs != nil)
    }
}

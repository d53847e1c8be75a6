import Foundation
import OnbeatCore
import Testing

@testable import OnbeatKit

/// A working day from the first launch to the server's account of it, with the real core and a real `onbeat serve`.
@MainActor @Suite(.timeLimit(.minutes(5))) struct WholeDayTests {
    private let desk: Desk
    private let device: TestPhone
    private let sensor = CountingSensor()
    private let notices = HeardNotices()

    init() throws {
        desk = try Desk()
        device = try TestPhone(clock: SetClock(atMs: Desk.morningMs))
    }

    @Test func isEnrolledRecordedKilledSentAndVerified() async throws {
        let model = try await enrolled()
        var phone = try #require(model.phone)
        var recorder = Recorder(phone: phone, sensor: sensor, notices: notices)

        try await recorder.look()
        #expect(!recorder.isOn, "before the window no place is asked for")
        try await walk(recorder, Desk.middle, from: "08:00", to: "09:00")
        #expect(sensor.starts == 1)
        let visit = try await visitCustomer(phone, recorder)

        // The process is gone in the middle of a report; the draft is not.
        try await phone.call { phone, _ in try phone.saveDraft(key: visit, words: "want") }
        (phone, recorder) = try await restarted(model)
        #expect(try await phone.call { phone, _ in try phone.draft(key: visit) } == "want")
        try await report(phone, recorder, visit)

        try await walk(recorder, Desk.beyond, from: "10:00", to: "10:30")
        #expect(notices.leavings == 1, "he is told once")
        try await walk(recorder, Desk.middle, from: "11:00", to: "16:40")
        #expect(!recorder.isOn)
        #expect(notices.stops == 1)

        try desk.server.setClock(device.clock.now().atMs)
        let sent = try await phone.sync()
        #expect(sent.problems.isEmpty && sent.waiting == 0 && sent.photosWaiting == 0 && sent.sent > 100)
        try await tellsTheDay(phone, visit)
        try verifies(phone: try await phone.call { phone, _ in try phone.exportOwn() })
    }

    @Test func aCodeServesOnce() async throws {
        let link = try desk.server.link(of: Desk.rep)
        _ = try await enrolled(by: link)
        let second = try TestPhone(clock: device.clock)
        let model = AppModel(consents: ConsentFile(second.scratch.url.appendingPathComponent("consents.json"))) { [home = second.home] in home }
        await model.start()
        await model.agreeToPrivacy()
        await model.enrol(link: link, device: Self.hardware, grade: .software)
        #expect(model.problem == "Refused")
        #expect(model.stage == .enrolment)
    }

    private static let hardware = Device(platform: "ios", model: "test", app: "0.1.0")

    private func enrolled(by link: String? = nil) async throws -> AppModel {
        let consents = device.scratch.url.appendingPathComponent("consents.json")
        let model = AppModel(consents: ConsentFile(consents)) { [home = device.home] in home }
        await model.start()
        #expect(model.stage == .privacy)
        #expect(!FileManager.default.fileExists(atPath: device.folder.path), "nothing is stored before he agrees")
        await model.agreeToPrivacy()
        #expect(model.stage == .enrolment)
        await model.enrol(link: "not a link", device: Self.hardware, grade: .software)
        #expect(model.problem == "BadLink")
        await model.enrol(link: try link ?? desk.server.link(of: Desk.rep), device: Self.hardware, grade: .software)
        #expect(model.problem == nil)
        #expect(model.stage == .location)
        await model.answerLocation(true)
        #expect(model.stage == .ready)
        return model
    }

    /// Fixes come every ten seconds; what is due is core's to say.
    private func walk(_ recorder: Recorder, _ place: Desk.Place, from: String, to: String) async throws {
        let (fromMs, toMs) = (Desk.at(from), Desk.at(to))
        device.clock.move(byMs: fromMs - device.clock.now().atMs)
        try await recorder.look()
        for step in 0..<Int((toMs - fromMs) / 10_000) {
            try await recorder.take(place.moved(step).fix())
            device.clock.move(byMs: 10_000)
        }
    }

    private func visitCustomer(_ phone: PhoneHolder, _ recorder: Recorder) async throws -> String {
        let reading = recorder.reading()
        #expect(reading.fix?.ageMs == 10_000, "the newest position is as old as it is")
        return try await phone.call { phone, at in
            let today = try phone.today(at: at)
            #expect(today.next == .signIn)
            _ = try phone.signIn(reading: reading, note: "")
            let near = try phone.customers(reading: reading, search: "")
            #expect(near.first?.customer.id == Desk.customer)
            return try phone.checkIn(reading: reading, customer: Desk.customer, purpose: "restock")
        }
    }

    private func restarted(_ model: AppModel) async throws -> (PhoneHolder, Recorder) {
        // A process that is killed runs nothing on its way out; what was committed is what the next one reads. Here a copy
        // of the folder stands for it, since this process still holds the first.
        let copy = device.scratch.url.appendingPathComponent("copy")
        try FileManager.default.copyItem(at: device.folder, to: copy)
        let home = PhoneHome(folder: copy, vault: device.vault, key: device.key, clock: device.clock)
        guard case .open(let phone) = home.open() else { throw TestPhone.NotOpen() }
        return (phone, Recorder(phone: phone, sensor: sensor, notices: notices))
    }

    private func report(_ phone: PhoneHolder, _ recorder: Recorder, _ visit: String) async throws {
        let reading = recorder.reading()
        try await phone.call { phone, _ in
            let words = Report(
                visit: visit, purpose: "restock", content: "shelf and order", feedback: "smaller boxes",
                nextStep: "a sample", outcome: .met)
            try phone.saveReport(reading: reading, report: words)
            _ = try phone.addPhoto(reading: reading, visit: visit, bytes: Picture.jpeg, mediaType: "image/jpeg")
            try phone.checkOut(reading: reading, visit: visit)
        }
    }

    private func tellsTheDay(_ phone: PhoneHolder, _ visit: String) async throws {
        let day = try await phone.call { phone, at in try phone.day(at: at, day: "2026-11-25") }
        #expect(day.closed && day.signIn.atMs != nil)
        #expect(day.visits.map(\.visit) == [visit])
        #expect(day.counts.insideS > 6 * 3600)
        let places = try await phone.call { phone, _ in try phone.records(day: "2026-11-25") }.filter { $0.kind == "fix" }
        let window = Desk.at("08:00")...Desk.at("16:30")
        #expect(places.allSatisfy { window.contains($0.atMs) || $0.body?.contains("lat_e9") == false })
    }

    private func verifies(phone export: String) throws {
        let (log, keys) = (device.scratch.url.appendingPathComponent("log"), device.scratch.url.appendingPathComponent("keys"))
        try Data(export.utf8).write(to: log)
        try desk.server.command("export", "keys").write(to: keys)
        _ = try Server.run(["verify", log.path, "--keys", keys.path])
    }
}

@MainActor private final class CountingSensor: LocationSensor {
    private(set) var starts = 0
    func start() { starts += 1 }
    func stop() {}
}

@MainActor private final class HeardNotices: Notices {
    private(set) var leavings = 0
    private(set) var stops = 0
    func seemsLeaving() { leavings += 1 }
    func recordingStopped() { stops += 1 }
}

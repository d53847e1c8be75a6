import Foundation
import OnbeatCore
import Testing

@testable import OnbeatKit

/// A phone that went through the first launch, and what records on it.
@MainActor final class Enrolled {
    static let hardware = Device(platform: "ios", model: "test", app: "0.1.0")

    let desk: Desk
    let device: TestPhone
    let app: AppModel
    let sensor = CountingSensor()
    let motion = FakeMotion()
    let notices = HeardNotices()
    private(set) var phone: PhoneHolder
    private(set) var recorder: Recorder
    private(set) var day: TodayModel

    init(folder: URL? = nil) async throws {
        desk = try Desk()
        device = try TestPhone(clock: SetClock(atMs: Desk.morningMs), folder: folder)
        app = Self.app(of: device)
        await app.start()
        await app.agreeToPrivacy()
        await app.enrol(link: try desk.server.link(of: Desk.rep), device: Self.hardware, grade: .software)
        await app.answerLocation(true)
        phone = try #require(app.phone)
        recorder = Recorder(phone: phone, sensor: sensor, motion: motion, notices: notices)
        day = TodayModel(phone: phone, recorder: recorder)
    }

    static func app(of device: TestPhone) -> AppModel {
        let consents = device.scratch.url.appendingPathComponent("consents.json")
        return AppModel(consents: KeptFile(consents)) { [home = device.home] in home }
    }

    /// A phone that is enrolled while the company's data have not come yet.
    static func withoutData(_ phone: PhoneHolder, by link: String) async throws -> TodayModel {
        let hardware = hardware
        try await phone.call { phone, _ in try phone.enrol(link: link, grade: .software, device: hardware) }
        let recorder = Recorder(phone: phone, sensor: CountingSensor(), motion: FakeMotion(), notices: HeardNotices())
        return TodayModel(phone: phone, recorder: recorder)
    }

    /// Fixes come every ten seconds; what is due is core's to say. The server's clock goes along.
    func walk(_ place: Desk.Place, from: String, to: String) async throws {
        await day.sending?.value
        let (fromMs, toMs) = (Desk.at(from), Desk.at(to))
        device.clock.move(byMs: fromMs - device.clock.now().atMs)
        try await recorder.look()
        for step in 0..<Int((toMs - fromMs) / 10_000) {
            try await recorder.take(place.moved(step).fix())
            device.clock.move(byMs: 10_000)
        }
        try desk.server.setClock(device.clock.now().atMs)
        await day.refresh()
    }

    /// The app stays on the screen, and nobody taps. The server's clock goes along.
    func keepUp(until time: String) async {
        let server = desk.server
        device.clock.letWait(untilMs: Desk.at(time)) { try? server.setClock($0) }
        await day.keepUp()
    }

    /// Does it, and waits until it was sent.
    func act(_ act: Act) async -> Bool {
        let isDone = await day.act(act)
        await day.sending?.value
        return isDone
    }

    /// Holds a copy of the log against the server's keys.
    func verify(_ log: URL) throws {
        let keys = device.scratch.url.appendingPathComponent("keys")
        try desk.server.command("export", "keys").write(to: keys)
        _ = try Server.run(["verify", log.path, "--keys", keys.path])
    }

    /// The process is gone. One that is killed runs nothing on its way out; what was committed is what the next one reads.
    /// Here a copy of the folder stands for it, since this process still holds the first.
    func restart() async throws {
        await day.sending?.value
        let copy = device.scratch.url.appendingPathComponent("copy")
        try FileManager.default.copyItem(at: device.folder, to: copy)
        let home = PhoneHome(folder: copy, vault: device.vault, key: device.key, clock: device.clock)
        guard case .open(let again) = home.open() else { throw TestPhone.NotOpen(how: "the copy does not open") }
        phone = again
        recorder = Recorder(phone: phone, sensor: sensor, motion: motion, notices: notices)
        day = TodayModel(phone: phone, recorder: recorder)
    }
}

@MainActor final class CountingSensor: LocationSensor {
    private(set) var starts = 0
    private(set) var forMs: Int64 = 0
    func start(forMs: Int64) { (starts, self.forMs) = (starts + 1, forMs) }
    func stop() {}

    private(set) var isWatching = false
    func watch(_ on: Bool) { isWatching = on }
}

@MainActor final class HeardNotices: Notices {
    private(set) var leavings = 0
    private(set) var stops = 0
    private(set) var isLeavingShown = false
    func seemsLeaving() { (leavings, isLeavingShown) = (leavings + 1, true) }
    func takeBackLeaving() { isLeavingShown = false }
    func recordingStopped() { stops += 1 }

    var isAllowed = true
    /// What is planned now.
    private(set) var openings: [Beginning] = []
    func areAllowed() async -> Bool { isAllowed }
    func plan(_ openings: [Beginning]) { self.openings = openings }
}

@MainActor final class FakeMotion: MotionSensor {
    private(set) var isOn = false
    func start(_ changed: @escaping @MainActor (Bool) -> Void) { isOn = true }
    func stop() { isOn = false }

    var seen: [Motion] = []
    private(set) var askedFor: [ClosedRange<Date>] = []

    func history(from: Date, to: Date) async -> [Motion] {
        askedFor.append(from...to)
        return seen
    }
}

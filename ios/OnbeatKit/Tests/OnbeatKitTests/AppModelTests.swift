import Foundation
import OnbeatCore
import Testing

@testable import OnbeatKit

/// The first launch, with the real core and a real `onbeat serve`.
@MainActor @Suite(.timeLimit(.minutes(5))) struct AppModelTests {
    private let desk: Desk
    private let device: TestPhone
    private let app: AppModel

    init() throws {
        desk = try Desk()
        device = try TestPhone(clock: SetClock(atMs: Desk.morningMs))
        app = Enrolled.app(of: device)
    }

    @Test func onePageFollowsTheOther() async throws {
        await app.start()
        #expect(app.stage == .privacy)
        #expect(!FileManager.default.fileExists(atPath: device.folder.path), "nothing is stored before he agrees")
        await app.agreeToPrivacy()
        #expect(app.stage == .enrolment)
        await app.enrol(link: "not a link", device: Enrolled.hardware, grade: .software)
        #expect(app.problem?.word == "bad_link")
        try await enrol(app, by: desk.server.link(of: Desk.rep))
        #expect(app.problem == nil)
        #expect(app.stage == .location)
        await app.answerLocation(true)
        #expect(app.stage == .ready)
    }

    @Test func aLaunchAndItsScreenOpenThePhoneOnce() async throws {
        var consents = Consents()
        consents.agreeToPrivacy()
        try KeptFile(device.scratch.url.appendingPathComponent("consents.json")).write(consents)
        let launched = Enrolled.app(of: device)
        async let first: Void = launched.start()
        async let second: Void = launched.start()
        _ = await (first, second)
        #expect(launched.stage == .enrolment)
    }

    @Test func whatANewPhoneLacksIsAskedForAgainByItselfAtTheTimeThatIsSaid() async throws {
        await app.start()
        await app.agreeToPrivacy()
        let phone = try #require(app.phone)
        let day = try await Enrolled.withoutData(phone, by: desk.server.link(of: Desk.rep))
        await day.refresh()
        #expect(day.problem?.word == "no_reference")
        #expect(day.askedAgainMs == Desk.morningMs, "it was never asked for yet")
        await day.askAgain()
        #expect(day.today != nil && day.askedAgainMs == nil && day.problem == nil)
    }

    /// Started by the system before the first unlock, when neither what was agreed to nor the keys can be read.
    @Test func beforeTheFirstUnlockNobodyIsAskedAndAfterItAllIsAsItWas() async throws {
        try await enrol(app, by: desk.server.link(of: Desk.rep))
        await app.answerLocation(true)
        await app.phone?.close()
        let vault = device.vault
        let file = KeptFile<Consents>(device.scratch.url.appendingPathComponent("consents.json")) { url in
            // As iOS answers then.
            if vault.isLocked { throw CocoaError(.fileReadNoPermission) }
            return try Data(contentsOf: url)
        }
        let restarted = AppModel(consents: file) { [home = device.home] in home }
        vault.isLocked = true
        for _ in 0..<2 {
            await restarted.start()
            #expect(restarted.stage == .locked && restarted.phone == nil)
        }
        vault.isLocked = false
        await restarted.start()
        #expect(restarted.stage == .ready && restarted.location == .agreed, "neither page is shown again")
    }

    @Test func aCodeServesOnceAndTheServerSaysWhy() async throws {
        let link = try desk.server.link(of: Desk.rep)
        try await enrol(app, by: link)
        let second = try TestPhone(clock: device.clock)
        let other = Enrolled.app(of: second)
        try await enrol(other, by: link)
        #expect(other.problem?.code == "bad_code")
        #expect(other.stage == .enrolment)
    }

    @Test func aPhoneIsLetGoOfOnceTheSyncUnderWayHasEnded() async throws {
        try await enrol(app, by: desk.server.link(of: Desk.rep))
        try await #require(app.phone).close()
        for _ in 0..<10 {
            let phone = try device.open()
            // It begins with the next turn of this thread, which is while the call is waited for.
            let sync = Task { try? await phone.sync() }
            try await phone.call { _, _ in }
            await phone.close()
            try await device.open().close()
            _ = await sync.value
        }
    }

    @Test func aLostKeyIsFetchedBackByACode() async throws {
        try await enrol(app, by: desk.server.link(of: Desk.rep))
        let stream = try await #require(app.phone).call { phone, _ in try phone.heads().stream }
        try await #require(app.phone).call { phone, _ in try phone.saveDraft(report: Desk.draft) }
        let again = try withoutItsKey()
        await again.start()
        #expect(again.stage == .keyLost)
        await again.recover(link: try desk.server.link(of: Desk.rep))
        #expect(again.problem?.code == "bad_code" && again.stage == .keyLost, "a code for a new phone recovers none")
        await again.recover(link: try desk.server.link(of: Desk.rep, recovering: stream))
        #expect(again.problem == nil && again.stage == .location)
        let draft = try await #require(again.phone).call { phone, _ in try phone.draft(visit: Desk.draft.visit) }
        #expect(draft == Desk.draft)
    }

    @Test func aPhoneThatWasNeverConnectedHasNoKeyToFetchBack() async throws {
        await app.agreeToPrivacy()
        let again = try withoutItsKey()
        await again.start()
        await again.recover(link: try desk.server.link(of: Desk.rep))
        #expect(again.problem?.word == "unknown_stream")
    }

    /// The next process, after the Keychain lost the database's key. A copy of the folder: this process holds the first.
    private func withoutItsKey() throws -> AppModel {
        let copy = device.scratch.url.appendingPathComponent("copy")
        try FileManager.default.copyItem(at: device.folder, to: copy)
        let home = PhoneHome(folder: copy, vault: MemoryVault(), key: device.key, clock: device.clock)
        return AppModel(consents: KeptFile(device.scratch.url.appendingPathComponent("consents.json"))) { home }
    }

    private func enrol(_ app: AppModel, by link: String) async throws {
        await app.start()
        await app.agreeToPrivacy()
        await app.enrol(link: link, device: Enrolled.hardware, grade: .software)
    }
}

import Foundation
import OnbeatCore
import Testing

@testable import OnbeatKit

/// What opening does with the keys and the database that are there, and with those that are not.
@Suite struct PhoneHomeTests {
    private let phone: TestPhone

    init() throws { phone = try TestPhone(clock: SetClock(atMs: 1_781_000_000_000)) }

    private var database: URL { phone.folder.appendingPathComponent("phone.db") }

    @Test func aFreshFolderIsMadeWithKeysOfItsOwn() async throws {
        let diagnosis = try await phone.open().call { phone, _ in try phone.diagnosis() }
        #expect(diagnosis.heads == nil)
        #expect(phone.vault.key?.count == 32)
        #expect(try phone.key.publicKey().count == 65)
        #expect(try Data(contentsOf: database).prefix(15) != Data("SQLite format 3".utf8))
    }

    @Test func theNextStartOpensWithTheKeyThatWasKept() async throws {
        let first = try phone.open()
        try await first.call { phone, _ in try phone.saveDraft(report: Desk.draft) }
        await first.close()
        let draft = try await phone.open().call { phone, _ in try phone.draft(visit: Desk.draft.visit) }
        #expect(draft == Desk.draft)
    }

    @Test func aPhoneThatIsClosedIsLetGoOfAndAnswersNoMore() async throws {
        for _ in 0..<50 {
            let open = try phone.open()
            async let seen = open.call { phone, _ in try? phone.heads().stream }
            async let sent = try? open.sync()
            _ = try? await (seen, sent)
            await open.close()
            await #expect(throws: PhoneHolder.NoPhone.closed) { try await open.sync() }
        }
    }

    @Test func aLockedPhoneWaitsAndMakesNoKey() throws {
        phone.vault.isLocked = true
        guard case .locked = phone.home.open() else {
            Issue.record("it did not wait")
            return
        }
        #expect(phone.vault.key == nil)
        #expect(!FileManager.default.fileExists(atPath: database.path))
    }

    @Test(arguments: [nil, Data(repeating: 7, count: 32)]) func aKeyThatIsLostOrWrongTouchesNothing(_ key: Data?) async throws {
        try await phone.open().close()
        let before = try Data(contentsOf: database)
        phone.vault.key = key
        guard case .keyLost = phone.home.open() else {
            Issue.record("it opened without its key")
            return
        }
        #expect(try Data(contentsOf: database) == before)
        #expect(phone.vault.key == key)
    }

    @Test func aKeyOfAnInstallationThatIsGoneIsReplaced() async throws {
        try await phone.open().close()
        let (database, signing) = (phone.vault.key, try phone.key.publicKey())
        try FileManager.default.removeItem(at: phone.folder)
        _ = try phone.open()
        #expect(phone.vault.key != database)
        #expect(try phone.key.publicKey() != signing)
    }

    @Test func oneFolderHasOnePhone() throws {
        let first = try phone.open()
        guard case .failed(let problem) = phone.home.open() else {
            Issue.record("it was opened twice")
            return
        }
        #expect(problem.code == "already_open")
        withExtendedLifetime(first) {}
    }
}

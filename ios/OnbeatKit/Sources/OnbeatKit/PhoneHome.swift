import Foundation
import OnbeatCore

/// Keeps the database's key: on a device in the Keychain.
public protocol KeyVault: Sendable {
    /// 32 bytes; `nil` where none was kept. Throws `VaultError.locked` before the first unlock.
    func databaseKey() throws(VaultError) -> Data?
    /// Keeps it in place of the one so far.
    func keep(databaseKey: Data) throws(VaultError)
}

/// Why the vault does not answer.
public enum VaultError: Error, Equatable {
    /// The device was not unlocked since its start: wait, and make no new key.
    case locked
    case failed(String)
}

/// How opening the phone came out.
public enum Opening: Sendable {
    case open(PhoneHolder)
    /// Wait for the first unlock.
    case locked
    /// The database is there and its key is not: a code of the desk fetches it back.
    case keyLost
    case failed(Problem)
}

/// Where the phone's folder and keys are.
public struct PhoneHome: Sendable {
    private static let database = "phone.db"
    private static let keyBytes = 32

    private let folder: URL
    private let vault: any KeyVault
    private let key: any SigningKey
    private let clock: any PhoneClock

    public init(folder: URL, vault: any KeyVault, key: any SigningKey, clock: any PhoneClock) {
        self.folder = folder
        self.vault = vault
        self.key = key
        self.clock = clock
    }

    /// SQLCipher may refuse a key where two databases of one process are opened at once, as tests do.
    private static let opening = NSLock()

    /// Opens the phone, or makes it. Waits for the disk.
    public func open() -> Opening {
        Self.opening.withLock { opened() }
    }

    private func opened() -> Opening {
        do {
            guard let databaseKey = try keyOfDatabase() else { return .keyLost }
            let platform = DevicePlatform(key: key, clock: clock)
            let phone = try Phone.open(folder: folder.path, dbKey: databaseKey, platform: platform)
            return .open(PhoneHolder(phone: phone, clock: clock, queue: PhoneQueue()))
        } catch VaultError.locked, SignError.Locked {
            return .locked
        } catch PhoneError.WrongKey {
            return .keyLost
        } catch {
            return .failed(error.problem)
        }
    }

    /// Keeps the stream's id beside the database, so that its key can be fetched back: it is random, and says nothing.
    public func remember(stream: String) throws {
        guard stream != self.stream else { return }
        try Data(stream.utf8).write(to: streamFile, options: .atomic)
    }

    /// Fetches a lost key back by a code that the desk made for that, and keeps it. Waits for the network.
    public func recover(link: String) throws {
        guard let stream else { throw NoStream.unknownStream }
        let platform = DevicePlatform(key: key, clock: clock)
        try vault.keep(databaseKey: OnbeatCore.recover(link: link, stream: stream, platform: platform))
    }

    /// A phone that was never enrolled has no key to be fetched back.
    enum NoStream: Coded {
        case unknownStream
        var code: String { "unknown_stream" }
    }

    private var stream: String? { try? String(contentsOf: streamFile, encoding: .utf8) }
    private var streamFile: URL { folder.appendingPathComponent("stream") }

    /// A Keychain outlives the app: a key without its database is of an installation that is gone, and a new one
    /// begins with new keys.
    private func keyOfDatabase() throws -> Data? {
        let kept = try vault.databaseKey()
        if FileManager.default.fileExists(atPath: folder.appendingPathComponent(Self.database).path) {
            return kept
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        _ = try key.renew()
        let fresh = Data.random(count: Self.keyBytes)
        try vault.keep(databaseKey: fresh)
        return fresh
    }
}

import Foundation
import OnbeatCore
import OnbeatKit

/// A clock that stands where it is put. Who waits for it moves it on, so that no time passes.
final class SetClock: PhoneClock, @unchecked Sendable {
    private let lock = NSLock()
    private var stamp: Stamp
    /// Whoever would wait for longer is ended.
    private var waitsUntilMs = Int64.max
    private var waited: (Int64) -> Void = { _ in }

    init(atMs: Int64, elapsedMs: Int64 = 0, boot: String = "00000000000000b1") {
        stamp = Stamp(atMs: atMs, elapsedMs: elapsedMs, boot: boot)
    }

    func now() -> Stamp { lock.withLock { stamp } }
    func set(_ now: Stamp) { lock.withLock { stamp = now } }

    /// `waited` is told each time to which it was waited.
    func letWait(untilMs: Int64, _ waited: @escaping (Int64) -> Void) {
        lock.withLock { (waitsUntilMs, self.waited) = (untilMs, waited) }
    }

    func wait(ms: Int64) async throws {
        guard lock.withLock({ stamp.atMs + ms <= waitsUntilMs }) else { throw CancellationError() }
        move(byMs: max(0, ms))
        lock.withLock { waited }(now().atMs)
    }

    func move(byMs: Int64) {
        lock.withLock {
            stamp.atMs += byMs
            stamp.elapsedMs += byMs
        }
    }
}

/// A vault in memory.
final class MemoryVault: KeyVault, @unchecked Sendable {
    var key: Data?
    var isLocked = false

    func databaseKey() throws(VaultError) -> Data? {
        if isLocked { throw .locked }
        return key
    }

    func keep(databaseKey: Data) throws(VaultError) {
        if isLocked { throw .locked }
        key = databaseKey
    }
}

/// A folder that goes with the test.
final class Scratch {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("onbeat-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}

/// A phone of a test: its folder, keys and clock.
struct TestPhone {
    let scratch: Scratch
    let vault = MemoryVault()
    let clock: SetClock
    let key: SoftwareKey
    let folder: URL

    /// `folder` is where it keeps what it keeps, if not beside its key.
    init(clock: SetClock, folder: URL? = nil) throws {
        scratch = try Scratch()
        self.clock = clock
        self.folder = folder ?? scratch.url.appendingPathComponent("phone")
        key = SoftwareKey(file: scratch.url.appendingPathComponent("key.der"))
    }

    var home: PhoneHome { PhoneHome(folder: folder, vault: vault, key: key, clock: clock) }

    func open() throws -> PhoneHolder {
        switch home.open() {
        case .open(let phone): return phone
        case let other: throw NotOpen(how: "\(other)")
        }
    }

    struct NotOpen: Error { let how: String }
}

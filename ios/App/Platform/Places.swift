import Foundation
import OnbeatKit

/// Where the app keeps what it keeps. Nothing of it goes into a backup: its keys could not come along.
enum Places {
    static var consents: URL { folder.appendingPathComponent("consents.json") }
    /// Which permissions were asked for.
    static var asked: URL { folder.appendingPathComponent("asked.json") }
    /// Until when it records.
    static var recordsUntil: URL { folder.appendingPathComponent("records-until.json") }

    /// The phone of this device. Made once the privacy page is agreed to.
    static var home: PhoneHome {
        protect()
        let clock = BootClock(file: folder.appendingPathComponent("boot.json"))
        return PhoneHome(
            folder: folder.appendingPathComponent("phone"), vault: Keychain(), key: EnclaveKey(), clock: clock)
    }

    private static var folder: URL {
        let support = FileManager.default.urls(for: .applicationSupportDirectory, in: .userDomainMask)[0]
        return support.appendingPathComponent("onbeat")
    }

    /// Readable after the first unlock, since recording goes on while the screen is locked.
    private static func protect() {
        var url = folder
        var values = URLResourceValues()
        values.isExcludedFromBackup = true
        let kind = FileProtectionType.completeUntilFirstUserAuthentication
        // The consent has made the folder already.
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try? url.setResourceValues(values)
        try? FileManager.default.setAttributes([.protectionKey: kind], ofItemAtPath: url.path)
    }
}

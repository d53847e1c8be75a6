import Foundation
import OnbeatCore

/// What the desk is shown of this phone.
enum ThisPhone {
    static var device: Device {
        let version = Bundle.main.object(forInfoDictionaryKey: "CFBundleShortVersionString") as? String
        return Device(platform: "ios", model: model, app: version ?? "")
    }

    /// The maker's name of the model, such as `iPhone17,3`.
    private static var model: String {
        var system = utsname()
        uname(&system)
        return withUnsafeBytes(of: system.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

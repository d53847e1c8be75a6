import Foundation
import OnbeatCore
import UIKit

/// What the desk is shown of this phone.
enum ThisPhone {
    static var device: Device {
        let version = Bundle.main.object(forInfoDictionaryKey: "CFBundleShortVersionString") as? String
        return Device(platform: "ios", model: model, app: version ?? "")
    }

    /// Where the system's settings of this app are.
    @MainActor static var settings: URL? { URL(string: UIApplication.openSettingsURLString) }

    /// The maker's name of the model, such as `iPhone17,3`.
    private static var model: String {
        var system = utsname()
        uname(&system)
        return withUnsafeBytes(of: system.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

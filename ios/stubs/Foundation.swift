// What the app uses of Foundation and Linux lacks; compiled with the app's sources.
import Foundation

struct FileProtectionType { static let completeUntilFirstUserAuthentication = FileProtectionType() }

func NSLocalizedString(_ key: String, comment: String) -> String { fatalError() }
extension String {
    struct LocalizationValue: ExpressibleByStringInterpolation {
        init(stringLiteral value: String) {}
        init(stringInterpolation: StringInterpolation) {}
        struct StringInterpolation: StringInterpolationProtocol {
            init(literalCapacity: Int, interpolationCount: Int) {}
            mutating func appendLiteral(_ literal: String) {}
            mutating func appendInterpolation(_ string: String) {}
            mutating func appendInterpolation<Number: FixedWidthInteger>(_ number: Number) {}
        }
    }
    init(localized key: LocalizationValue) { fatalError() }
}
extension ProcessInfo { var isLowPowerModeEnabled: Bool { fatalError() } }
extension Notification.Name { static let NSProcessInfoPowerStateDidChange = Notification.Name("") }

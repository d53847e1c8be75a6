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

struct extern_proc { var p_flag: Int32 = 0 }
struct kinfo_proc { var kp_proc = extern_proc() }
let CTL_KERN: Int32 = 1, KERN_PROC: Int32 = 14, KERN_PROC_PID: Int32 = 1, P_TRACED: Int32 = 0x800
func sysctl(
    _ name: UnsafeMutablePointer<Int32>, _ names: UInt32, _ old: UnsafeMutableRawPointer, _ oldSize: UnsafeMutablePointer<Int>,
    _ new: UnsafeMutableRawPointer?, _ newSize: Int
) -> Int32 { fatalError() }

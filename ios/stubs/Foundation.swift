// What the app uses of Foundation and Linux lacks; compiled with the app's sources.
import Foundation

struct FileProtectionType { static let completeUntilFirstUserAuthentication = FileProtectionType() }

func NSLocalizedString(_ key: String, comment: String) -> String { fatalError() }
extension String { init(localized key: String) { fatalError() } }

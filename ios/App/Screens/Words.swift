import Foundation
import OnbeatCore
import OnbeatKit
import SwiftUI

/// The key of the words for a code: `problem.bad_link`. Put together as a string first, since an interpolated literal would be
/// looked up as `problem.%@`.
func words(_ group: String, of code: some Any) -> LocalizedStringKey {
    LocalizedStringKey(group + "." + String(describing: code))
}

/// The same where a text is needed, not a view.
func text(_ group: String, of code: some Any) -> String {
    NSLocalizedString(group + "." + String(describing: code), comment: "")
}

/// How lengths and durations are said.
enum Said {
    static func length(_ millimetres: Int64) -> String {
        switch Measures.length(millimetres) {
        case .metres(let metres): String(localized: "unit.metres \(metres)")
        case .kilometres(let tenths): String(localized: "unit.kilometres \("\(tenths / 10).\(tenths % 10)")")
        }
    }

    static func duration(_ seconds: Int64) -> String {
        let (hours, minutes) = Measures.duration(seconds)
        return hours == 0
            ? String(localized: "unit.minutes \(minutes)") : String(localized: "unit.hours \(hours) \(minutes)")
    }

    static func interval(_ fromMs: Int64, _ toMs: Int64, _ zone: String) -> String {
        let (from, to) = (Measures.time(fromMs, in: zone), Measures.time(toMs, in: zone))
        return String(localized: "unit.from_to \(from) \(to)")
    }

    /// A day and a time of it, in numbers; a dash where there is none.
    static func moment(_ atMs: Int64?, _ zone: String) -> String {
        guard let atMs else { return "–" }
        return Measures.day(atMs, in: zone) + " " + Measures.time(atMs, in: zone)
    }

    /// In which language core says its sentences.
    static var language: Language {
        Bundle.main.preferredLocalizations.first?.hasPrefix("en") == true ? .en : .zh
    }
}

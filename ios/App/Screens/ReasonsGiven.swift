import OnbeatCore
import OnbeatKit
import SwiftUI

/// The reasons that the rep gave by one tap, and what a person said to them.
struct ReasonsGiven: View {
    let reasons: [ReasonSeen]
    let zone: String

    var body: some View {
        if !reasons.isEmpty {
            Section("given.your_reasons") {
                ForEach(Array(reasons.enumerated()), id: \.offset) { _, given in
                    Row(title: Text(verbatim: title(given)), more: Text(said(given)))
                }
            }
        }
    }

    private func title(_ given: ReasonSeen) -> String {
        let reason = given.reason
        return text("reason", of: reason.reason) + " · " + Said.interval(reason.interval.fromMs, reason.interval.toMs, zone)
    }

    private func said(_ given: ReasonSeen) -> LocalizedStringKey {
        if given.approved { return "given.reason_approved" }
        guard let declined = given.declined else { return "given.reason_waits" }
        return "given.reason_declined \(declined.by) \(declined.words)"
    }
}

/// Reasons that may be given by one tap.
struct ReasonButtons: View {
    let reasons: [ExceptionKind]
    let give: (ExceptionKind) async -> Void

    var body: some View {
        ForEach(reasons, id: \.self) { reason in
            Button(words("reason", of: reason)) { Task { await give(reason) } }
        }
    }
}

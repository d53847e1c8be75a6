import OnbeatCore
import OnbeatKit
import SwiftUI

/// After the window: what came of the day, below what is known of each stretch of it.
struct DayReport: View {
    let today: Today

    var body: some View {
        let visits = today.day.visits
        let reports = Int64(visits.count { $0.report != nil })
        Told(fact: Fact("today.signed_in", signedIn))
        Told(fact: Fact("visit.visits", String(localized: "today.visits_reported \(Int64(visits.count)) \(reports)")))
    }

    private var signedIn: String {
        guard let atMs = today.day.signIn.atMs else { return String(localized: "today.not_signed_in") }
        return Measures.time(atMs, in: today.zone)
    }
}

import OnbeatCore
import OnbeatKit
import SwiftUI

/// Where a tap leads.
enum Destination: Hashable {
    case customers
    case records
    /// Its id, and its day.
    case visit(String, on: String)
    case finding(String)
    case map
    case settings
    case permission(Permission)
    case kept
    case location
    case diagnosis
}

extension VisitView {
    /// The customer's name, or the id of one who is no longer the rep's.
    var shownName: String { customerName ?? customer }
}

/// A title, and something more in small.
struct Row: View {
    let title: Text
    let more: Text

    var body: some View {
        VStack(alignment: .leading, spacing: 2) {
            title
            more.font(.subheadline).foregroundStyle(.secondary)
        }
        .accessibilityElement(children: .combine)
    }
}

struct FindingRow: View {
    let finding: Finding
    let zone: String

    var body: some View {
        NavigationLink(value: Destination.finding(finding.id)) {
            let time = Said.interval(finding.fromMs, finding.toMs, zone)
            Row(
                title: Text(words("kind", of: finding.kind)),
                more: Text(verbatim: time + " · " + text("state", of: finding.state)))
        }
    }
}

struct Visits: View {
    let day: DayView
    let zone: String

    var body: some View {
        if !day.visits.isEmpty {
            Section("visit.visits") {
                ForEach(day.visits, id: \.visit) { visit in
                    NavigationLink(value: Destination.visit(visit.visit, on: day.day)) {
                        Row(title: Text(verbatim: visit.shownName), more: Text(verbatim: time(visit) + " · " + report(visit)))
                    }
                }
            }
        }
    }

    private func time(_ visit: VisitView) -> String {
        guard let to = visit.toMs else { return String(localized: "visit.since \(Measures.time(visit.fromMs, in: zone))") }
        return Said.interval(visit.fromMs, to, zone)
    }

    private func report(_ visit: VisitView) -> String {
        String(localized: visit.report == nil ? "visit.no_report_yet" : "visit.reported")
    }
}

/// Why the newest act did not succeed, if it did not; core's words stand below, for the help desk.
struct ProblemSaid: View {
    let problem: Problem?

    var body: some View {
        if let problem {
            VStack(alignment: .leading, spacing: 4) {
                Label(words("problem", of: problem.word), systemImage: "exclamationmark")
                Text(verbatim: problem.message).font(.caption).foregroundStyle(.secondary)
            }
            .accessibilityElement(children: .combine)
            // Read aloud at once: it may stand far from what was tapped.
            .task(id: problem) { AccessibilityNotification.Announcement(text("problem", of: problem.word)).post() }
        }
    }
}

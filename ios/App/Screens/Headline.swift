import OnbeatCore
import OnbeatKit
import SwiftUI

/// Where the day and the rep stand.
struct Headline: View {
    let today: Today

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Text(words).font(.title2)
            if let here = today.here { Text(seen(here)).foregroundStyle(.secondary) }
            if let since = today.recordedSinceMs { Text(recorded(since)).foregroundStyle(.secondary) }
        }
        .accessibilityElement(children: .combine)
    }

    private var words: LocalizedStringKey {
        switch today.when {
        case .dayOff: "today.day_off"
        case .before: "today.before \(Measures.time(today.day.window?.fromMs ?? 0, in: today.zone))"
        case .after: "today.after \(Measures.time(today.endedMs ?? 0, in: today.zone))"
        case .within: today.location == .refused ? "place.refused" : within
        }
    }

    private var within: LocalizedStringKey {
        if let until = today.breakUntilMs { return "today.on_break \(Measures.time(until, in: today.zone))" }
        if today.privateSinceMs != nil { return "today.in_private" }
        guard let here = today.here else { return "today.not_seen" }
        let edge = Said.length(here.edgeMm ?? 0)
        return switch here.place {
        case .inside: "today.inside \(edge)"
        case .edge: "today.at_edge"
        case .outside: "today.outside \(edge)"
        case .unusable: "today.unsure"
        }
    }

    private func recorded(_ sinceMs: Int64) -> LocalizedStringKey {
        let time = Measures.time(sinceMs, in: today.zone)
        let isLate = sinceMs > today.day.window?.fromMs ?? 0
        return isLate ? "today.recorded_since_late \(time)" : "today.recorded_since \(time)"
    }

    private func seen(_ here: Here) -> LocalizedStringKey {
        let time = Measures.time(here.atMs, in: today.zone)
        guard let accuracyMm = here.accuracyMm else { return "today.seen_at \(time)" }
        return "today.seen_within \(time) \(Said.length(accuracyMm))"
    }
}

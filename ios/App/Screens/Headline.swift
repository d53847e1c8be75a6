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
        switch today.standing {
        case .replaced: "today.records_nothing"
        case .notAgreed: "place.refused"
        case .dayOff: "today.day_off"
        case .begins(let atMs): "today.before \(time(atMs))"
        case .onLeave(let untilMs?): "today.on_leave_until \(time(untilMs))"
        case .onLeave: "today.on_leave"
        case .ended(let atMs): "today.after \(time(atMs))"
        case .onBreak(let untilMs): "today.on_break \(time(untilMs))"
        case .inPrivate: "today.in_private"
        case .notSeen, .seen: placed
        }
    }

    private func time(_ atMs: Int64) -> String { Measures.time(atMs, in: today.zone) }

    private var placed: LocalizedStringKey {
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
        let time = self.time(sinceMs)
        let isLate = sinceMs > today.day.window?.fromMs ?? 0
        return isLate ? "today.recorded_since_late \(time)" : "today.recorded_since \(time)"
    }

    private func seen(_ here: Here) -> LocalizedStringKey {
        let time = self.time(here.atMs)
        guard let accuracyMm = here.accuracyMm else { return "today.seen_at \(time)" }
        return "today.seen_within \(time) \(Said.length(accuracyMm))"
    }
}

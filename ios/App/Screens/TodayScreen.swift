import OnbeatCore
import OnbeatKit
import SwiftUI

/// The screen of the day, and what records behind it.
struct DayScreen: View {
    @State private var day: Day
    private let records: Bool

    init(phone: PhoneHolder, records: Bool) {
        _day = State(initialValue: Day(phone: phone))
        self.records = records
    }

    var body: some View {
        NavigationStack {
            List {
                if let today = day.model.today {
                    NextStep(today: today, model: day.model)
                    Window(today: today)
                    Pauses(today: today, model: day.model)
                    SyncState(today: today, model: day.model)
                }
                Problem(code: day.model.problem)
            }
            .navigationTitle("today.title")
            .refreshable { await day.model.sync() }
        }
        .task {
            await day.begin(records: records)
        }
    }
}

/// One button for what comes next.
private struct NextStep: View {
    let today: Today
    let model: TodayModel

    var body: some View {
        Section {
            switch today.next {
            case .signIn:
                Button("today.sign_in") { Task { await model.signIn() } }
            case .checkOut(let visit):
                Button("today.check_out") { Task { await model.checkOut(visit: visit.visit) } }
            default:
                EmptyView()
            }
            Text(words("today.live", of: today.day.presence.live))
        }
    }
}

/// The window as a bar: what is known of it, and how it stands.
private struct Window: View {
    let today: Today

    var body: some View {
        Section("today.window") {
            HStack(spacing: 0) {
                ForEach(Array(today.day.spans.enumerated()), id: \.offset) { _, span in
                    Rectangle()
                        .fill(colour(span.status))
                        .containerRelativeFrame(.horizontal) { width, _ in width * share(span) }
                }
            }
            .frame(height: 12)
            .accessibilityHidden(true)
            Text("today.minutes \(today.day.counts.insideS / 60) \(today.day.counts.unknownS / 60)")
            Text(words("today.when", of: today.when))
        }
    }

    private func share(_ span: Span) -> Double {
        guard let window = today.day.window else { return 0 }
        return Double(span.toMs - span.fromMs) / Double(window.toMs - window.fromMs)
    }

    private func colour(_ status: SpanStatus) -> Color {
        switch status {
        case .inside: .green
        case .edge: .mint
        case .outside: .orange
        default: .gray
        }
    }
}

/// The break and private time, by one tap.
private struct Pauses: View {
    let today: Today
    let model: TodayModel

    var body: some View {
        Section {
            if today.breakUntilMs == nil {
                Button("today.break_start") { Task { await model.startBreak() } }
            } else {
                Button("today.break_end") { Task { await model.endBreak() } }
            }
            if today.privateSinceMs == nil {
                Button("today.private_start") { Task { await model.startPrivateTime() } }
            } else {
                Button("today.private_end") { Task { await model.endPrivateTime() } }
            }
        }
    }
}

/// What waits to be sent.
private struct SyncState: View {
    let today: Today
    let model: TodayModel

    var body: some View {
        Section {
            if today.waitingRecords == 0 {
                Text("today.all_sent")
            } else {
                Text("today.waiting \(Int64(today.waitingRecords))")
            }
            Button("today.sync") { Task { await model.sync() } }
                .disabled(model.isSyncing)
        }
    }
}

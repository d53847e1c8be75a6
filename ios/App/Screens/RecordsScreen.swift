import OnbeatCore
import OnbeatKit
import SwiftUI

/// Everything that is said of the rep on a day, who looked, and what proves that his records arrived.
struct RecordsScreen: View {
    let day: TodayModel
    @State private var model: RecordsModel

    init(day: TodayModel) {
        self.day = day
        _model = State(initialValue: RecordsModel(today: day))
    }

    var body: some View {
        List {
            if let shown = model.shown {
                Section {
                    Text(verbatim: shown.day.day).font(.headline).accessibilityAddTraits(.isHeader)
                    SideBySide {
                        Button("records.day_before") { Task { await model.show(shown.before) } }
                        Button("records.day_after") { Task { await model.show(shown.after) } }
                    }
                    .buttonStyle(.borderless)
                }
                SaidOfDay(shown: shown)
                ReasonsGiven(reasons: shown.day.presence.reasons, zone: shown.zone)
                Visits(day: shown.day, zone: shown.zone)
                Looks(shown: shown)
                Receipts(shown: shown, model: model)
            }
            ProblemSaid(problem: day.problem)
        }
        .navigationTitle("records.my_records")
        .task { if model.shown == nil { await model.show() } }
        .onDisappear { model.forgetCopy() }
    }
}

private struct SaidOfDay: View {
    let shown: MyRecords
    private var isToday: Bool { shown.day.day == Measures.day(shown.nowMs, in: shown.zone) }

    var body: some View {
        Section("records.said_of_day") {
            if let window = shown.day.window {
                WindowBar(window: window, day: shown.day, nowMs: shown.nowMs, zone: shown.zone)
            } else {
                Text(isToday ? "today.day_off" : "records.was_day_off").foregroundStyle(.secondary)
            }
            if shown.day.findings.isEmpty { Text("records.nothing_said").foregroundStyle(.secondary) }
            ForEach(shown.day.findings, id: \.id) { FindingRow(finding: $0, zone: shown.zone) }
        }
    }
}

/// Who looked, when, and why.
private struct Looks: View {
    let shown: MyRecords

    var body: some View {
        Section("records.looks") {
            if shown.looks.isEmpty { Text("records.nobody_looked").foregroundStyle(.secondary) }
            ForEach(Array(shown.looks.enumerated()), id: \.offset) { _, look in
                VStack(alignment: .leading) {
                    Text(looked(look))
                    Text(why(look.why)).foregroundStyle(.secondary)
                }
                .accessibilityElement(children: .combine)
            }
        }
    }

    private func looked(_ look: LookSeen) -> LocalizedStringKey {
        let at = Said.moment(look.atMs, shown.zone)
        guard let day = look.day else { return "records.looked_at_all \(look.by) \(at)" }
        return "records.looked \(look.by) \(day) \(at)"
    }

    private func why(_ why: LookReason) -> LocalizedStringKey {
        switch why {
        case .finding: "records.look_finding"
        case .visit: "records.look_visit"
        case .emergency: "records.look_emergency"
        case .said(let words): "records.look_said \(words)"
        }
    }
}

/// What the server signed for, and when; and the rep's own copy.
private struct Receipts: View {
    let shown: MyRecords
    let model: RecordsModel

    var body: some View {
        Section {
            if shown.receipts.isEmpty { Text("records.no_receipts").foregroundStyle(.secondary) }
            ForEach(Array(shown.receipts.enumerated()), id: \.offset) { _, receipt in
                let at = Said.moment(receipt.receivedAt, shown.zone)
                Text("records.received \(Int64(receipt.seq)) \(at)")
            }
            if let copy = model.copy {
                ShareLink("records.share", item: copy)
            } else {
                Button("records.export") { Task { await model.export(into: .temporaryDirectory) } }
            }
        } header: {
            Text("records.receipts")
        } footer: {
            Text("records.export_what")
        }
    }
}

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
            if let shown = model.day {
                Section {
                    Text(verbatim: shown.day).font(.headline).accessibilityAddTraits(.isHeader)
                    SideBySide {
                        Button("records.day_before") { Task { await model.step(-1) } }
                        Button("records.day_after") { Task { await model.step(1) } }
                    }
                    .buttonStyle(.borderless)
                }
                SaidOfDay(day: shown, model: model)
                ReasonsGiven(day: shown, zone: model.zone)
                Visits(day: shown, zone: model.zone)
                Looks(model: model)
                Receipts(model: model)
            }
            ProblemSaid(problem: day.problem)
        }
        .navigationTitle("records.my_records")
        .task { if model.day == nil { await model.show() } }
        .onDisappear { model.forgetCopy() }
    }
}

private struct SaidOfDay: View {
    let day: DayView
    let model: RecordsModel

    var body: some View {
        Section("records.said_of_day") {
            if let window = day.window {
                WindowBar(window: window, day: day, nowMs: model.nowMs, zone: model.zone)
            } else {
                Text("today.day_off").foregroundStyle(.secondary)
            }
            if day.findings.isEmpty { Text("records.nothing_said").foregroundStyle(.secondary) }
            ForEach(day.findings, id: \.id) { FindingRow(finding: $0, zone: model.zone) }
        }
    }
}

private struct Looks: View {
    let model: RecordsModel

    var body: some View {
        Section("records.looks") {
            if model.looks.isEmpty { Text("records.nobody_looked").foregroundStyle(.secondary) }
            ForEach(Array(model.looks.enumerated()), id: \.offset) { _, look in
                let time = Measures.time(look.atMs, in: model.zone)
                if look.day == RecordsModel.allDays {
                    Text("records.looked_at_all \(look.by) \(time)")
                } else {
                    Text("records.looked \(look.by) \(look.day) \(time)")
                }
            }
        }
    }
}

/// What the server signed for, and the rep's own copy.
private struct Receipts: View {
    let model: RecordsModel

    var body: some View {
        Section {
            if let receipt = model.newestReceipt {
                Text("records.received_up_to \(Int64(receipt.seq)) \(Measures.time(receipt.receivedAt, in: model.zone))")
            } else {
                Text("records.no_receipts").foregroundStyle(.secondary)
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

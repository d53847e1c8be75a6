import OnbeatCore
import OnbeatKit
import SwiftUI

/// One visit: the report, kept as it is typed, photos, and the check-out.
struct VisitScreen: View {
    let day: TodayModel
    @State private var model: VisitModel
    @State private var isPhotographing = false
    @Environment(\.dismiss) private var dismiss

    init(id: String, on date: String, day: TodayModel) {
        self.day = day
        _model = State(initialValue: VisitModel(id: id, on: date, day: day))
    }

    var body: some View {
        Form {
            if let visit = model.visit {
                Section {
                    Text(times(visit))
                    Text(place(visit)).foregroundStyle(.secondary)
                }
                ReportFields(model: model)
                Section("visit.photos") {
                    Text("visit.photos_taken \(Int64(visit.photos.count))")
                    if Camera.isThere { Button("visit.take_photo") { isPhotographing = true } }
                }
                ProblemSaid(problem: day.problem)
                Section {
                    if visit.toMs == nil {
                        Button("visit.check_out") { Task { if await model.checkOut() { dismiss() } } }
                    } else {
                        Button("visit.save_report") { Task { if await model.save() { dismiss() } } }
                    }
                }
                .font(.headline)
            }
        }
        .sheet(isPresented: $isPhotographing) {
            if Camera.isRefused { CameraRefused() } else { camera }
        }
        .navigationTitle(Text(verbatim: model.visit?.shownName ?? ""))
        .task { await model.load() }
    }

    private var camera: some View {
        Camera { jpeg in
            isPhotographing = false
            guard let jpeg else { return }
            Task { await model.add(jpeg: jpeg) }
        }
    }

    private func times(_ visit: VisitView) -> String {
        let zone = model.zone
        guard let to = visit.toMs else {
            return String(localized: "visit.checked_in_at \(Measures.time(visit.fromMs, in: zone))")
        }
        return Said.interval(visit.fromMs, to, zone)
    }

    private func place(_ visit: VisitView) -> LocalizedStringKey {
        guard let distance = visit.distanceMm else { return "visit.no_place" }
        return "visit.from_customer \(Said.length(distance))"
    }
}

/// What was said at the visit.
private struct ReportFields: View {
    let model: VisitModel

    var body: some View {
        Section {
            Picker("visit.outcome", selection: bound(\.outcome)) {
                ForEach(VisitModel.outcomes, id: \.self) { Text(words("outcome", of: $0)) }
            }
            field("visit.purpose", \.purpose)
            field("visit.content", \.content)
            field("visit.feedback", \.feedback)
            field("visit.next_step", \.nextStep)
        } header: {
            Text("visit.report")
        } footer: {
            Text("visit.draft_kept")
        }
    }

    private func field(_ title: LocalizedStringKey, _ part: WritableKeyPath<Report, String>) -> some View {
        VStack(alignment: .leading, spacing: 2) {
            // The field's own title goes when words stand in it; a screen reader says it always.
            Text(title).font(.caption).foregroundStyle(.secondary).accessibilityHidden(true)
            TextField(title, text: bound(part), axis: .vertical)
                .lineLimit(1...6)
        }
    }

    /// What is typed goes to the model, which keeps it.
    private func bound<Part>(_ part: WritableKeyPath<Report, Part>) -> Binding<Part> {
        Binding {
            model.report[keyPath: part]
        } set: { typed in
            var report = model.report
            report[keyPath: part] = typed
            model.change(report)
        }
    }
}

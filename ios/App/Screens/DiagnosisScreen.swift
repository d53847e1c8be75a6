import OnbeatCore
import OnbeatKit
import SwiftUI

/// What a help desk asks for: nothing of it is sent.
struct DiagnosisScreen: View {
    let shell: Shell
    let day: TodayModel
    @State private var model: DiagnosisModel

    init(shell: Shell, day: TodayModel) {
        (self.shell, self.day) = (shell, day)
        _model = State(initialValue: DiagnosisModel(day: day))
    }

    var body: some View {
        List {
            if let diagnosis = model.diagnosis {
                Work(diagnosis: diagnosis, shell: shell, zone: day.today?.zone ?? "")
                Starts(starts: diagnosis.starts, zone: day.today?.zone ?? "")
                Store(diagnosis: diagnosis)
            }
            ProblemSaid(problem: day.problem)
        }
        .navigationTitle("diagnosis.title")
        .task { await model.load() }
    }
}

/// A name, and what stands there.
struct Named: View {
    let name: LocalizedStringKey
    let value: String

    var body: some View {
        HStack {
            Text(name)
            Spacer()
            Text(verbatim: value).foregroundStyle(.secondary)
        }
        .accessibilityElement(children: .combine)
    }
}

/// Whether it works: what the system allows, and what was sent.
private struct Work: View {
    let diagnosis: Diagnosis
    let shell: Shell
    let zone: String

    var body: some View {
        Section("diagnosis.work") {
            ForEach(Permission.allCases, id: \.self) { permission in
                Named(
                    name: words("permission", of: permission),
                    value: text("grant", of: shell.permissions.grants[permission] ?? .notAsked))
            }
            Named(name: "diagnosis.last_fix", value: Said.moment(diagnosis.lastFixMs, zone))
            Named(name: "diagnosis.last_sync", value: Said.moment(diagnosis.lastSyncMs, zone))
            if let heads = diagnosis.heads { Named(name: "diagnosis.waiting", value: "\(heads.waiting)") }
            ForEach(Array(diagnosis.problems.enumerated()), id: \.offset) { _, problem in ProblemSaid(problem: problem) }
        }
    }
}

/// The newest starts of the app, and what began them.
private struct Starts: View {
    let starts: [StartSeen]
    let zone: String

    var body: some View {
        if !starts.isEmpty {
            Section("diagnosis.starts") {
                ForEach(Array(starts.enumerated()), id: \.offset) { _, seen in
                    Named(name: words("start", of: seen.start.by), value: Said.moment(seen.atMs, zone))
                }
            }
        }
    }
}

/// What it works on.
private struct Store: View {
    let diagnosis: Diagnosis

    var body: some View {
        Section("diagnosis.store") {
            Named(name: "diagnosis.engine", value: diagnosis.engine)
            Named(name: "diagnosis.app", value: About.version)
            if let server = diagnosis.server { Named(name: "diagnosis.server", value: server) }
            if let heads = diagnosis.heads {
                Named(name: "diagnosis.rep", value: heads.rep)
                Named(name: "diagnosis.stream", value: heads.stream)
                Named(name: "diagnosis.key", value: text("grade", of: heads.grade))
            }
            Named(name: "diagnosis.size", value: "\(diagnosis.fileBytes / 1024) KiB")
            if let aside = diagnosis.setAside { Named(name: "diagnosis.set_aside", value: aside) }
            if let why = diagnosis.reference { Text(verbatim: why).font(.caption) }
        }
    }
}

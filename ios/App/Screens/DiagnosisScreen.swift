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
                let grants = shell.permissions.grants
                Shown(checkup: Checkup(diagnosis: diagnosis, grants: grants, zone: day.today?.zone ?? ""))
            }
            ProblemSaid(problem: day.problem)
        }
        .navigationTitle("diagnosis.title")
        .task { await model.load() }
    }
}

private struct Shown: View {
    let checkup: Checkup

    var body: some View {
        Section("diagnosis.work") {
            Facts(facts: checkup.works)
            ForEach(Array(checkup.diagnosis.problems.enumerated()), id: \.offset) { _, problem in
                ProblemSaid(problem: problem)
            }
        }
        if !checkup.starts.isEmpty { Section("diagnosis.starts") { Facts(facts: checkup.starts) } }
        Section("diagnosis.store") {
            Facts(facts: checkup.store)
            if let why = checkup.diagnosis.reference { Text(verbatim: why).font(.caption) }
        }
        Section {
            ShareLink("diagnosis.take", item: checkup.asText)
        } footer: {
            Text("diagnosis.take_what")
        }
    }
}

private struct Facts: View {
    let facts: [Told]

    var body: some View {
        ForEach(Array(facts.enumerated()), id: \.offset) { _, fact in
            HStack {
                Text(verbatim: fact.name)
                Spacer()
                Text(verbatim: fact.value).foregroundStyle(.secondary)
            }
            .accessibilityElement(children: .combine)
        }
    }
}

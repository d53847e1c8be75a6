import OnbeatCore
import OnbeatKit
import SwiftUI

/// What the rep allowed, what is kept of him, and who answers for the app.
struct SettingsScreen: View {
    let shell: Shell

    var body: some View {
        List {
            LocationConsent(shell: shell)
            Section("settings.permissions") {
                ForEach(Permission.allCases, id: \.self) { permission in
                    let grant = shell.permissions.grants[permission] ?? .notAsked
                    link(.permission(permission), words("permit", of: permission), words("permitted", of: grant))
                }
            }
            Section("settings.yours") {
                link(.kept, "settings.kept_of_me", "settings.kept_of_me_more")
                link(.records, "records.export", "records.export_what")
            }
            Section("settings.help") { link(.diagnosis, "diagnosis.diagnosis", "settings.diagnosis_more") }
            AboutApp()
        }
        .navigationTitle("settings.settings")
        .task { await shell.comeToFront() }
    }

    private func link(_ to: Destination, _ title: LocalizedStringKey, _ more: LocalizedStringKey) -> some View {
        NavigationLink(value: to) { Row(title: Text(title), more: Text(more)) }
    }
}

/// What the rep answered to recording his place, and how he changes it, any time.
private struct LocationConsent: View {
    let shell: Shell

    var body: some View {
        Section("place.place") {
            if shell.app.location == .agreed {
                Text("place.agreed")
                NavigationLink("place.read", value: Destination.location)
                Button("place.withdraw") { Task { await shell.answerLocation(false) } }
            } else {
                Text("place.refused")
                NavigationLink("place.give", value: Destination.location)
            }
            ProblemSaid(problem: shell.app.problem)
        }
    }
}

/// Who answers for the app, as it was built; what is empty is not shown.
private struct AboutApp: View {
    @Environment(\.openURL) private var open

    var body: some View {
        Section("settings.about") {
            if let name = About.operatorName { Told(fact: Fact("settings.operator", name)) }
            if let filing = About.filing {
                Button { open(About.filings) } label: { Told(fact: Fact("settings.filing", filing)) }
            }
            Told(fact: Fact("settings.version", About.version))
            if let policy = About.policy { Button("privacy.policy") { open(policy) } }
        }
    }
}

import OnbeatCore
import OnbeatKit
import SwiftUI

/// What is kept and by whom, what was agreed to, and what the system allows.
struct SettingsScreen: View {
    let shell: Shell

    var body: some View {
        List {
            LocationConsent(shell: shell)
            Kept()
            SystemSettings(shell: shell)
            Operator()
            Section {
                NavigationLink("diagnosis.title", value: Destination.diagnosis)
            } footer: {
                Text("settings.version \(About.version)")
            }
        }
        .navigationTitle("settings.title")
        .task { await shell.comeToFront() }
    }
}

/// The consent to recording the place is given and withdrawn here, any time.
private struct LocationConsent: View {
    let shell: Shell

    var body: some View {
        Section {
            Text(words("settings.location", of: shell.app.location))
            NavigationLink("settings.notice", value: Destination.location)
            if shell.app.location == .agreed {
                Button("settings.withdraw") { Task { await shell.answerLocation(false) } }
            }
            ProblemSaid(problem: shell.app.problem)
        } header: {
            Text("location.title")
        } footer: {
            Text("location.without")
        }
    }
}

private struct Kept: View {
    var body: some View {
        Section("settings.kept") {
            Text("privacy.records")
            Text("settings.kept_phone")
            Text("privacy.outside_window")
            Text("privacy.yours")
        }
        Section("settings.third_parties") {
            Text("settings.no_third_parties")
        }
    }
}

/// What the system allows, and the way to where it is changed.
private struct SystemSettings: View {
    let shell: Shell
    @Environment(\.openURL) private var open

    var body: some View {
        Section("settings.permissions") {
            ForEach(Permission.allCases, id: \.self) { permission in
                Row(
                    title: Text(words("permission", of: permission)),
                    more: Text(words("grant", of: shell.permissions.grants[permission] ?? .notAsked)))
            }
            if let url = ThisPhone.settings { Button("settings.open") { open(url) } }
        }
    }
}

private struct Operator: View {
    @Environment(\.openURL) private var open

    var body: some View {
        if About.operatorName != nil || About.policy != nil || About.filing != nil {
            Section("settings.operator") {
                if let name = About.operatorName { Text(verbatim: name) }
                if let policy = About.policy { Button("settings.policy") { open(policy) } }
                if let filing = About.filing { Button("settings.filing \(filing)") { open(About.filings) } }
            }
        }
    }
}

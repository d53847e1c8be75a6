import OnbeatCore
import OnbeatKit
import SwiftUI

/// From the first launch to the day: one page a stage.
struct StageScreen: View {
    let shell: Shell
    @Environment(\.scenePhase) private var phase

    var body: some View {
        content
            .task(id: shell.app.stage) { await shell.follow() }
            .task(id: phase) {
                switch phase {
                case .active: await shell.open()
                case .background: await shell.goAway()
                default: break
                }
            }
    }

    @ViewBuilder private var content: some View {
        switch shell.app.stage {
        case .starting: ProgressView()
        case .privacy: PrivacyScreen(model: shell.app)
        case .enrolment: EnrolScreen(model: shell.app)
        case .location: LocationScreen(shell: shell)
        case .ready: ready
        case .locked: Message(title: "stage.locked", text: "stage.locked_text") { EmptyView() }
        case .keyLost:
            CodeEntry(words: .recover, problem: shell.app.problem) { await shell.app.recover(link: $0) }
        case .left:
            Message(title: "stage.released", text: "stage.released_text") {
                Button("stage.begin_anew") { Task { await shell.beginAnew() } }.buttonStyle(.borderedProminent)
            }
        case .failed(let problem):
            Message(title: "stage.failed", text: words("problem", of: problem.word)) {
                Text(verbatim: problem.message).font(.caption).foregroundStyle(.secondary)
                Button("stage.try_again") { Task { await shell.comeToFront() } }
            }
        }
    }

    @ViewBuilder private var ready: some View {
        if let day = shell.day {
            DayStack(shell: shell, day: day)
        } else {
            ProgressView()
        }
    }
}

/// The day, and the screens that it leads to.
private struct DayStack: View {
    let shell: Shell
    let day: TodayModel
    @Environment(\.scenePhase) private var phase

    var body: some View {
        NavigationStack {
            TodayScreen(shell: shell, model: day)
                .navigationDestination(for: Destination.self) { destination in
                    switch destination {
                    case .customers: CustomersScreen(day: day)
                    case .records: RecordsScreen(day: day)
                    case .visit(let id, let date): VisitScreen(id: id, on: date, day: day)
                    case .finding(let id): FindingScreen(id: id, day: day)
                    case .map: MapScreen(day: day)
                    case .location: LocationScreen(shell: shell)
                    case .settings: SettingsScreen(shell: shell)
                    case .permission(let permission): PermissionScreen(shell: shell, permission: permission)
                    case .kept: KeptScreen()
                    case .diagnosis: DiagnosisScreen(shell: shell, day: day)
                    }
                }
        }
        .task(id: phase) { if phase == .active { await day.keepUp() } }
    }
}

/// A page that says one thing, and the way on.
struct Message<Way: View>: View {
    let title: LocalizedStringKey
    let text: LocalizedStringKey
    @ViewBuilder let way: () -> Way

    var body: some View {
        ScrollView {
            VStack(alignment: .leading, spacing: 12) {
                Text(title).font(.title2).accessibilityAddTraits(.isHeader)
                Text(text)
                way()
            }
            .frame(maxWidth: .infinity, alignment: .leading)
            .padding()
        }
    }
}

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
        case .locked: Message(title: "stage.locked", text: "stage.locked_text")
        case .keyLost:
            CodeEntry(text: "stage.key_lost_text", go: "stage.recover", problem: shell.app.problem) {
                await shell.app.recover(link: $0)
            }
        case .left: Message(title: "stage.left", text: "stage.left_text")
        case .failed(let problem): Message(title: "stage.failed", text: words("problem", of: problem.word))
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
                    case .diagnosis: DiagnosisScreen(shell: shell, day: day)
                    }
                }
        }
    }
}

/// A page that says one thing.
struct Message: View {
    let title: LocalizedStringKey
    let text: LocalizedStringKey

    var body: some View {
        VStack(alignment: .leading, spacing: 12) {
            Text(title).font(.title2)
            Text(text)
        }
        .padding()
    }
}

import OnbeatCore
import OnbeatKit
import SwiftUI

/// What the app does with what it learns, before it learns anything.
struct PrivacyScreen: View {
    let model: AppModel
    @State private var isPutOff = false

    var body: some View {
        Page(title: "privacy.title") {
            Text("privacy.records")
            Text("privacy.outside_window")
            Text("privacy.yours")
            Text("privacy.storage")
            if isPutOff { Text("privacy.put_off").foregroundStyle(.secondary) }
            Button("privacy.agree") { Task { await model.agreeToPrivacy() } }
                .buttonStyle(.borderedProminent)
            Button("privacy.not_now") { isPutOff = true }
            ProblemSaid(problem: model.problem)
        }
    }
}

/// The code that the desk shows.
struct EnrolScreen: View {
    let model: AppModel

    var body: some View {
        CodeEntry(text: "enrol.text", go: "enrol.enrol", problem: model.problem) { link in
            await model.enrol(link: link, device: ThisPhone.device, grade: .hardware)
        }
    }
}

/// A consent of its own, after the company's page: without it nothing is recorded, and all else works.
struct LocationScreen: View {
    let shell: Shell
    @Environment(\.dismiss) private var dismiss

    var body: some View {
        Page(title: "location.title") {
            if let notice = shell.app.notice {
                Text(verbatim: notice.text(in: Said.language))
            } else {
                Text("location.text")
            }
            Text("location.without")
            Text("location.withdraw")
            Button("location.agree") { Task { await answer(true) } }
                .buttonStyle(.borderedProminent)
            Button("location.refuse") { Task { await answer(false) } }
            ProblemSaid(problem: shell.app.problem)
        }
    }

    private func answer(_ agrees: Bool) async {
        await shell.answerLocation(agrees)
        if shell.app.problem == nil { dismiss() }
    }
}

/// Words to be read in peace, and what to answer them with.
private struct Page<Content: View>: View {
    let title: LocalizedStringKey
    @ViewBuilder let content: () -> Content

    var body: some View {
        ScrollView {
            VStack(alignment: .leading, spacing: 16) {
                Text(title).font(.title)
                content()
            }
            .padding()
        }
    }
}

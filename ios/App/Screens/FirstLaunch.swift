import OnbeatCore
import OnbeatKit
import SwiftUI

/// What the app does with what it learns, before it learns anything.
struct PrivacyScreen: View {
    let model: AppModel
    @State private var isPutOff = false

    var body: some View {
        Page(title: "privacy.welcome") {
            Text("privacy.welcome_what")
            Promise(title: "privacy.keeps") {
                Text("privacy.keeps_what")
                Text("privacy.storage")
            }
            Promise(title: "privacy.never_keeps") {
                Text("privacy.never_keeps_what")
                Text("privacy.woken")
            }
            Promise(title: "privacy.yours") { Text("privacy.yours_what") }
            if isPutOff { Text("privacy.not_now_what").foregroundStyle(.secondary) }
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
        CodeEntry(words: .enrol, problem: model.problem) { link in
            await model.enrol(link: link, device: ThisPhone.device, grade: .hardware)
        }
    }
}

/// A consent of its own, after the company's page: without it nothing is recorded, and all else works.
struct LocationScreen: View {
    let shell: Shell
    @Environment(\.dismiss) private var dismiss

    var body: some View {
        Page(title: "place.place") {
            if let notice = shell.app.notice {
                Promise(title: "place.company") { Text(verbatim: notice.text(in: Said.language)) }
            } else {
                Text("place.own")
            }
            Promise(title: "privacy.never_keeps") {
                Text("place.never")
                Text("privacy.woken")
            }
            Promise(title: "permit.without_it") { Text("place.without") }
            Text("place.ask").font(.headline)
            Button("place.agree") { Task { await answer(true) } }
                .buttonStyle(.borderedProminent)
            Button("place.not_now") { Task { await notNow() } }
            Text("place.change_in_settings").foregroundStyle(.secondary)
            ProblemSaid(problem: shell.app.problem)
        }
    }

    /// A refusal where the app asks; nothing, where the rep came to read the page.
    private func notNow() async {
        if shell.app.stage == .location { await answer(false) } else { dismiss() }
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
                Text(title).font(.title).accessibilityAddTraits(.isHeader)
                content()
            }
            .frame(maxWidth: .infinity, alignment: .leading)
            .padding()
        }
    }
}

/// What a part of a page is about, and the part.
private struct Promise<Content: View>: View {
    let title: LocalizedStringKey
    @ViewBuilder let content: () -> Content

    var body: some View {
        VStack(alignment: .leading, spacing: 8) {
            Text(title).font(.headline).accessibilityAddTraits(.isHeader)
            content()
        }
    }
}

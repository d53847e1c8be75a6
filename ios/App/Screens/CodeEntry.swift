import OnbeatCore
import OnbeatKit
import SwiftUI

/// What a code of the desk is wanted for.
struct CodeWords {
    let title: LocalizedStringKey
    let how: [LocalizedStringKey]
    let go: LocalizedStringKey
    let then: LocalizedStringKey

    static let enrol = CodeWords(
        title: "enrol.enrol", how: ["enrol.enrol_how"], go: "enrol.enrol_now", then: "enrol.enrol_what")
    static let recover = CodeWords(
        title: "recover.recover", how: ["recover.what", "recover.how"], go: "recover.now", then: "recover.then")
}

/// What works without the camera, and the way to allow it.
struct CameraRefused: View {
    var body: some View {
        Text("camera.refused").padding()
        SystemSettings()
    }
}

/// A code of the desk: scanned, or its link pasted.
struct CodeEntry: View {
    let words: CodeWords
    let problem: Problem?
    let take: @MainActor (String) async -> Void

    @State private var link = ""
    @State private var isBusy = false
    @State private var isScanning = false

    var body: some View {
        Form {
            Section {
                ForEach(Array(words.how.enumerated()), id: \.offset) { _, how in Text(how) }
                if Camera.isThere { Button("enrol.scan") { isScanning = true }.disabled(isBusy) }
                TextField("enrol.link", text: $link)
                    .textInputAutocapitalization(.never)
                    .autocorrectionDisabled()
                Button(words.go) { Task { await use(link) } }
                    .disabled(link.isEmpty || isBusy)
                if isBusy { ProgressView() }
                ProblemSaid(problem: problem)
            } header: {
                Text(words.title)
            } footer: {
                Text(words.then)
            }
        }
        .sheet(isPresented: $isScanning) { scan }
    }

    private var scan: some View {
        VStack(spacing: 12) {
            if Camera.isRefused {
                CameraRefused()
            } else {
                Text("camera.scan_what").padding()
                Scanner { read in
                    guard isScanning else { return }
                    isScanning = false
                    Task { await use(read) }
                }
                .accessibilityHidden(true)
            }
            Button("camera.back") { isScanning = false }.padding()
        }
    }

    private func use(_ text: String) async {
        guard !isBusy else { return }
        isBusy = true
        defer { isBusy = false }
        await take(text)
    }
}

import OnbeatCore
import OnbeatKit
import SwiftUI

/// A code of the desk: scanned, or its link pasted.
struct CodeEntry: View {
    let text: LocalizedStringKey
    let go: LocalizedStringKey
    let problem: Problem?
    let take: @MainActor (String) async -> Void

    @State private var link = ""
    @State private var isBusy = false
    @State private var isScanning = false

    var body: some View {
        Form {
            Section {
                Text(text)
                if Camera.isThere { Button("enrol.scan") { isScanning = true }.disabled(isBusy) }
                TextField("enrol.link", text: $link)
                    .textInputAutocapitalization(.never)
                    .autocorrectionDisabled()
                Button(go) { Task { await use(link) } }
                    .disabled(link.isEmpty || isBusy)
                if isBusy { ProgressView() }
                ProblemSaid(problem: problem)
            } footer: {
                Text("enrol.what")
            }
        }
        .sheet(isPresented: $isScanning) {
            Scanner { read in
                guard isScanning else { return }
                isScanning = false
                Task { await use(read) }
            }
        }
    }

    private func use(_ text: String) async {
        guard !isBusy else { return }
        isBusy = true
        defer { isBusy = false }
        await take(text)
    }
}

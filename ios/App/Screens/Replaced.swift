import OnbeatCore
import OnbeatKit
import SwiftUI

/// Another phone of the rep has the place of this one: what waits is still sent, and then it can be deleted here.
struct Replaced: View {
    let shell: Shell
    let today: Today
    @State private var isAsked = false

    var body: some View {
        Section {
            Text("replaced.since \(Said.moment(today.replacedMs, today.zone))")
            if today.waitingRecords == 0, today.waitingPhotos == 0 {
                Text("replaced.sent")
                Button("replaced.leave") { isAsked = true }
            } else {
                Text("replaced.sends").foregroundStyle(.secondary)
            }
            ProblemSaid(problem: shell.app.problem)
        } header: {
            Text("replaced.replaced")
        } footer: {
            Text("replaced.reading")
        }
        .confirmationDialog("replaced.leave_sure", isPresented: $isAsked, titleVisibility: .visible) {
            Button("replaced.leave", role: .destructive) { Task { await shell.leave() } }
        }
    }
}

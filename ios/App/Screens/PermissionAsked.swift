import OnbeatKit
import SwiftUI

/// The permission that is asked for next, with what it is for; the system's own question follows.
struct PermissionAsked: View {
    let shell: Shell
    @Environment(\.openURL) private var open

    var body: some View {
        if shell.app.location == .agreed, shell.permissions.grants[.location] == .refused {
            Section {
                Text("permission.refused")
                if let url = ThisPhone.settings { Button("settings.open") { open(url) } }
            } header: {
                Text("permission.location")
            } footer: {
                Text("permission.unknown")
            }
        } else if let next = shell.permissions.next {
            Section {
                Text(words("permission.why", of: next))
                Button("permission.allow") { Task { await shell.allow(next) } }
                Button("permission.not_now") { Task { await shell.putOff(next) } }
            } header: {
                Text(words("permission", of: next))
            } footer: {
                Text("permission.later")
            }
        }
    }
}

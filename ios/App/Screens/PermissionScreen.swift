import OnbeatKit
import SwiftUI

/// One thing that the rep may allow: what it is for, what works without, and the way to allow it.
struct PermissionScreen: View {
    let shell: Shell
    let permission: Permission

    private var grant: Grant { shell.permissions.grants[permission] ?? .notAsked }

    var body: some View {
        List {
            Section {
                Text(words("permit", of: "\(permission)_why"))
            } footer: {
                Text(words("permitted", of: grant))
            }
            Section("permit.without_it") { Text(words("permit", of: "\(permission)_without")) }
            Section {
                if grant == .notAsked {
                    Button("permit.allow") { Task { await shell.allow(permission) } }
                } else {
                    SystemSettings()
                }
            } footer: {
                Text("permit.change_in_settings")
            }
        }
        .navigationTitle(words("permit", of: permission))
        .task { await shell.follow() }
    }
}

/// The permission that is asked for next on the screen of the day; the system's own question follows.
struct PermissionAsked: View {
    let shell: Shell
    let permission: Permission

    var body: some View {
        Section {
            Text(words("permit", of: "\(permission)_why"))
            Row(title: Text("permit.without_it"), more: Text(words("permit", of: "\(permission)_without")))
            Button("permit.allow") { Task { await shell.allow(permission) } }
            Button("permit.not_now") { Task { await shell.putOff(permission) } }
        } header: {
            Text(words("permit", of: permission))
        } footer: {
            Text("permit.change_in_settings")
        }
    }
}

/// The rep agreed that his place is recorded, but the system does not show it, or only near.
struct PlaceLacking: View {
    let grant: Grant

    var body: some View {
        Section("permit.place") {
            Text(words("place", of: grant))
            SystemSettings()
        }
    }
}

/// Where it is changed what the system allows.
struct SystemSettings: View {
    @Environment(\.openURL) private var open

    var body: some View {
        if let url = ThisPhone.settings { Button("settings.open") { open(url) } }
    }
}

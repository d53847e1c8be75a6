import OnbeatKit
import SwiftUI

@main struct OnbeatApp: App {
    @State private var shell = Shell()

    var body: some Scene {
        WindowGroup {
            StageScreen(shell: shell)
        }
        .backgroundTask(.appRefresh(BackgroundSync.name)) { [shell] in
            await shell.syncUnseen()
        }
    }
}

import OnbeatKit
import SwiftUI

@main struct OnbeatApp: App {
    @State private var model = AppModel(consents: ConsentFile(Places.consents)) { Places.home }

    var body: some Scene {
        WindowGroup {
            StageScreen(model: model)
        }
    }
}

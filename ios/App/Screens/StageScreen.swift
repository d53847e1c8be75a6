import OnbeatKit
import SwiftUI

/// From the first launch to the day: one page a stage.
struct StageScreen: View {
    let model: AppModel

    var body: some View {
        content
            .task { await model.start() }
    }

    @ViewBuilder private var content: some View {
        switch model.stage {
        case .starting: ProgressView()
        case .privacy: PrivacyScreen(model: model)
        case .enrolment: EnrolScreen(model: model)
        case .location: LocationScreen(model: model)
        case .ready: ready
        case .locked: Message(title: "stage.locked", text: "stage.locked_text")
        case .keyLost: Message(title: "stage.key_lost", text: "stage.key_lost_text")
        case .failed(let code): Message(title: "stage.failed", text: "error.\(code)")
        }
    }

    @ViewBuilder private var ready: some View {
        if let phone = model.phone {
            DayScreen(phone: phone, records: model.consents.locationIsAgreed)
        }
    }
}

/// A page that says one thing.
struct Message: View {
    let title: String
    let text: String

    var body: some View {
        VStack(alignment: .leading, spacing: 12) {
            Text(LocalizedStringKey(title)).font(.title2)
            Text(LocalizedStringKey(text))
        }
        .padding()
    }
}

/// Why the newest act did not succeed, if it did not.
struct Problem: View {
    let code: String?

    var body: some View {
        if let code {
            Text(words("error", of: code)).foregroundStyle(.orange)
        }
    }
}

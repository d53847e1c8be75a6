import Foundation
import Observation
import OnbeatCore
import OnbeatKit
import UserNotifications

/// The parts of a day that belong together: the screen's model, the recorder and its sensor.
@MainActor @Observable final class Day {
    let model: TodayModel
    @ObservationIgnored private let recorder: Recorder
    @ObservationIgnored private let session: LocationSession

    init(phone: PhoneHolder) {
        let relay = Relay()
        let session = LocationSession(take: { relay.take($0) }, note: { relay.note($0) })
        let recorder = Recorder(phone: phone, sensor: session, notices: LocalNotices())
        relay.recorder = recorder
        self.session = session
        self.recorder = recorder
        model = TodayModel(phone: phone, recorder: recorder)
    }

    /// Shows the day; where the rep agreed to it, records while the window is open.
    func begin(records: Bool) async {
        await model.refresh()
        guard records else { return recorder.end() }
        session.ask()
        // What it fails of stands on the screen already.
        try? await recorder.look()
    }
}

/// Brings what the sensor says to the recorder. What a call fails of is met again at the next one, and core keeps count of
/// what it could not write.
@MainActor private final class Relay {
    weak var recorder: Recorder?

    func take(_ fix: Fix) {
        Task { [recorder] in try? await recorder?.take(fix) }
    }

    func note(_ cause: Cause) {
        Task { [recorder] in try? await recorder?.note(cause) }
    }
}

/// Notifications of this phone alone: nothing is pushed.
@MainActor final class LocalNotices: Notices {
    func seemsLeaving() { post("notice.leaving") }
    func recordingStopped() { post("notice.stopped") }

    private func post(_ key: String) {
        let content = UNMutableNotificationContent()
        content.title = String(localized: "app.name")
        content.body = NSLocalizedString(key, comment: "")
        let request = UNNotificationRequest(identifier: key, content: content, trigger: nil)
        UNUserNotificationCenter.current().add(request)
    }
}

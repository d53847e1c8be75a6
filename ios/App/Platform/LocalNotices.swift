import Foundation
import OnbeatKit
import UserNotifications

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

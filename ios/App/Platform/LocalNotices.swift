import Foundation
import OnbeatCore
import OnbeatKit
import UserNotifications

/// Notifications of this phone alone: nothing is pushed.
@MainActor final class LocalNotices: NSObject, Notices {
    private static let leaving = "leaving"
    private let reason: @MainActor (ExceptionKind) async -> Void

    /// `reason` is called for one that was tapped in a notification.
    init(reason: @escaping @MainActor (ExceptionKind) async -> Void) {
        self.reason = reason
        super.init()
        let actions = TodayModel.reasons.map { reason in
            // On a locked phone nobody else gives a reason in the rep's name.
            UNNotificationAction(
                identifier: "\(reason)", title: text("reason", of: reason), options: .authenticationRequired)
        }
        let leaving = UNNotificationCategory(
            identifier: Self.leaving, actions: actions, intentIdentifiers: [],
            hiddenPreviewsBodyPlaceholder: String(localized: "app.name"), options: [])
        UNUserNotificationCenter.current().setNotificationCategories([leaving])
        UNUserNotificationCenter.current().delegate = self
    }

    func seemsLeaving() { post("notice.leaving", category: Self.leaving) }
    func recordingStopped() { post("notice.stopped") }

    private func post(_ key: String, category: String = "") {
        let content = UNMutableNotificationContent()
        content.title = String(localized: "app.name")
        content.body = NSLocalizedString(key, comment: "")
        content.categoryIdentifier = category
        let request = UNNotificationRequest(identifier: key, content: content, trigger: nil)
        UNUserNotificationCenter.current().add(request)
    }
}

extension LocalNotices: UNUserNotificationCenterDelegate {
    nonisolated func userNotificationCenter(
        _ center: UNUserNotificationCenter, didReceive response: UNNotificationResponse
    ) async {
        let tapped = response.actionIdentifier
        guard let reason = TodayModel.reasons.first(where: { "\($0)" == tapped }) else { return }
        await self.reason(reason)
    }
}

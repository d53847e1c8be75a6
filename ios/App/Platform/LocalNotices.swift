import Foundation
import OnbeatCore
import OnbeatKit
import UserNotifications

/// Notifications of this phone alone: nothing is pushed.
@MainActor final class LocalNotices: NSObject, Notices {
    private static let leaving = "leaving"
    private nonisolated static let opening = "opening"
    private static let reminder = "reminder"
    private static let refusal = "refusal"
    private static let leavingWords = "notice.leaving"
    private let reason: @MainActor (ExceptionKind) async -> Problem?
    private let opens: @MainActor () async -> Void
    /// How many are planned at most, as core lists no more.
    private static let most = 10

    /// `reason` is called for one that was tapped in a notification, and answers why it was not taken; `opens` where the
    /// window opens before the rep's eyes.
    init(reason: @escaping @MainActor (ExceptionKind) async -> Problem?, opens: @escaping @MainActor () async -> Void) {
        (self.reason, self.opens) = (reason, opens)
        super.init()
        let actions = reasonsByTap().map { reason in
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

    func seemsLeaving() { post(Self.leavingWords, category: Self.leaving) }

    func takeBackLeaving() {
        UNUserNotificationCenter.current().removePendingNotificationRequests(withIdentifiers: [Self.leavingWords])
        UNUserNotificationCenter.current().removeDeliveredNotifications(withIdentifiers: [Self.leavingWords])
    }

    func recordingStopped() { post("notice.stopped") }

    func areAllowed() async -> Bool {
        await withCheckedContinuation { answered in
            UNUserNotificationCenter.current().getNotificationSettings {
                answered.resume(returning: [.authorized, .provisional, .ephemeral].contains($0.authorizationStatus))
            }
        }
    }

    /// By the time from now, not by the clock: the window stays where it is, however the phone's clock and zone are set.
    func plan(_ openings: [Beginning]) {
        let names = [Self.reminder, Self.opening].flatMap { kind in (0..<Self.most).map { "\(kind)-\($0)" } }
        UNUserNotificationCenter.current().removePendingNotificationRequests(withIdentifiers: names)
        for (number, opening) in openings.prefix(Self.most).enumerated() {
            let time = Measures.time(opening.atMs, in: opening.zone)
            let reminder = String(localized: "notice.reminder \(time)")
            add("\(Self.reminder)-\(number)", reminder, inS: opening.remindsInS)
            add("\(Self.opening)-\(number)", String(localized: "notice.opening"), inS: opening.inS)
        }
    }

    /// By a tap in a notification: where it was not taken, the rep learns why in the same way.
    private func give(_ reason: ExceptionKind) async {
        guard let problem = await self.reason(reason) else { return }
        add(Self.refusal, text("problem", of: problem.word))
    }

    private func post(_ key: String, category: String = "") {
        add(key, NSLocalizedString(key, comment: ""), category: category)
    }

    /// At a time that is to come.
    private func add(_ name: String, _ words: String, inS seconds: Int64) {
        guard seconds > 0 else { return }
        add(name, words, trigger: UNTimeIntervalNotificationTrigger(timeInterval: Double(seconds), repeats: false))
    }

    private func add(_ name: String, _ words: String, category: String = "", trigger: UNNotificationTrigger? = nil) {
        let content = UNMutableNotificationContent()
        content.title = String(localized: "app.name")
        content.body = words
        content.categoryIdentifier = category
        let request = UNNotificationRequest(identifier: name, content: content, trigger: trigger)
        UNUserNotificationCenter.current().add(request)
    }
}

extension LocalNotices: UNUserNotificationCenterDelegate {
    /// While the app is on the screen, that says all of it.
    nonisolated func userNotificationCenter(
        _ center: UNUserNotificationCenter, willPresent notification: UNNotification
    ) async -> UNNotificationPresentationOptions {
        if notification.request.identifier.hasPrefix(Self.opening) { await opens() }
        return []
    }

    nonisolated func userNotificationCenter(
        _ center: UNUserNotificationCenter, didReceive response: UNNotificationResponse
    ) async {
        let tapped = response.actionIdentifier
        guard let reason = reasonsByTap().first(where: { "\($0)" == tapped }) else { return }
        await give(reason)
    }
}

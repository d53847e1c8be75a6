import CoreLocation
import Foundation
import UIKit
import UserNotifications

/// What of the phone's settings bears on recording, besides what the rep allowed the app.
struct PhoneState {
    /// The phone's own switch for all places.
    let isPlaceOn: Bool
    /// Notifications come onto the screen, and not into the list alone.
    let showsAlerts: Bool
    /// The app may be woken to send.
    let refreshes: Bool
    let isLowPower: Bool
}

extension ThisPhone {
    @MainActor static func state() async -> PhoneState {
        PhoneState(
            isPlaceOn: await isPlaceOn(), showsAlerts: await showsAlerts(),
            refreshes: UIApplication.shared.backgroundRefreshStatus == .available,
            isLowPower: ProcessInfo.processInfo.isLowPowerModeEnabled)
    }

    /// It may wait for the system: not on the main thread.
    private nonisolated static func isPlaceOn() async -> Bool {
        await Task.detached { CLLocationManager.locationServicesEnabled() }.value
    }

    private static func showsAlerts() async -> Bool {
        await withCheckedContinuation { answered in
            UNUserNotificationCenter.current().getNotificationSettings {
                answered.resume(returning: $0.alertSetting == .enabled)
            }
        }
    }
}

import CoreLocation
import CoreMotion
import OnbeatKit
import UserNotifications

/// What iOS lets the app do.
@MainActor final class ThisPhonesPermissions: SystemPermissions {
    // Made when first used: before the privacy page nothing of the system's is touched.
    private lazy var manager = CLLocationManager()
    private lazy var still = StillSensor()

    func grant(of permission: Permission) async -> Grant {
        switch permission {
        case .place: place
        case .placeAlways: placeAlways
        case .notifications: await notifications()
        case .motion: motion
        }
    }

    func ask(for permission: Permission) async {
        switch permission {
        case .place: manager.requestWhenInUseAuthorization()
        case .motion: await still.ask()
        case .placeAlways: manager.requestAlwaysAuthorization()
        case .notifications: await askForNotifications()
        }
    }

    private var place: Grant {
        switch manager.authorizationStatus {
        case .notDetermined: .notAsked
        case .authorizedAlways, .authorizedWhenInUse: manager.accuracyAuthorization == .reducedAccuracy ? .roughly : .allowed
        default: .missing
        }
    }

    /// iOS keeps a refusal of this one alone for itself: it stays at "when in use".
    private var placeAlways: Grant {
        switch manager.authorizationStatus {
        case .authorizedAlways: .allowed
        case .notDetermined, .authorizedWhenInUse: .notAsked
        default: .missing
        }
    }

    private var motion: Grant {
        guard CMMotionActivityManager.isActivityAvailable() else { return .missing }
        return switch CMMotionActivityManager.authorizationStatus() {
        case .notDetermined: .notAsked
        case .authorized: .allowed
        default: .missing
        }
    }

    private func notifications() async -> Grant {
        let status = await withCheckedContinuation { answered in
            UNUserNotificationCenter.current().getNotificationSettings { answered.resume(returning: $0.authorizationStatus) }
        }
        return switch status {
        case .notDetermined: .notAsked
        case .denied: .missing
        default: .allowed
        }
    }

    private func askForNotifications() async {
        await withCheckedContinuation { answered in
            UNUserNotificationCenter.current().requestAuthorization(options: [.alert, .sound]) { _, _ in answered.resume() }
        }
    }
}

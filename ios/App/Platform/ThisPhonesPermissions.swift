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
        case .location: place
        // iOS keeps a refusal of this one for itself: it stays at "when in use".
        case .always: manager.authorizationStatus == .authorizedAlways ? .given : .notAsked
        case .notifications: await notifications()
        case .motion: motion
        }
    }

    func ask(for permission: Permission) async {
        switch permission {
        case .location: manager.requestWhenInUseAuthorization()
        case .motion: await still.ask()
        case .always: manager.requestAlwaysAuthorization()
        case .notifications: await askForNotifications()
        }
    }

    private var place: Grant {
        switch manager.authorizationStatus {
        case .notDetermined: .notAsked
        case .authorizedAlways, .authorizedWhenInUse: .given
        default: .refused
        }
    }

    private var motion: Grant {
        guard CMMotionActivityManager.isActivityAvailable() else { return .refused }
        return switch CMMotionActivityManager.authorizationStatus() {
        case .notDetermined: .notAsked
        case .authorized: .given
        default: .refused
        }
    }

    private func notifications() async -> Grant {
        let status = await withCheckedContinuation { answered in
            UNUserNotificationCenter.current().getNotificationSettings { answered.resume(returning: $0.authorizationStatus) }
        }
        return switch status {
        case .notDetermined: .notAsked
        case .denied: .refused
        default: .given
        }
    }

    private func askForNotifications() async {
        await withCheckedContinuation { answered in
            UNUserNotificationCenter.current().requestAuthorization(options: [.alert, .sound]) { _, _ in answered.resume() }
        }
    }
}

import CoreLocation
import Foundation
import OnbeatCore
import OnbeatKit

/// The location manager, in the foreground and the background, on from `start` to `stop`.
///
/// Nothing of iOS starts by the clock, and an app that asks for less than hundreds of metres is suspended: so it asks for
/// the best while it is on, and core says which positions are kept.
@MainActor final class LocationSession: NSObject, LocationSensor {
    private static let noted = "permission"
    private let manager = CLLocationManager()
    private let hold: LocationHold
    private var isOn = false
    private let take: @MainActor (Fix) -> Void
    private let note: @MainActor (Cause) -> Void
    private let changed: @MainActor () -> Void

    /// `changed` is called whenever the rep allowed something, or took it back.
    init(
        hold: LocationHold, take: @escaping @MainActor (Fix) -> Void, note: @escaping @MainActor (Cause) -> Void,
        changed: @escaping @MainActor () -> Void
    ) {
        self.hold = hold
        (self.take, self.note, self.changed) = (take, note, changed)
        super.init()
        manager.delegate = self
        manager.desiredAccuracy = kCLLocationAccuracyBest
        manager.distanceFilter = kCLDistanceFilterNone
        manager.pausesLocationUpdatesAutomatically = false
        manager.showsBackgroundLocationIndicator = true
    }

    /// Where the rep allows the place always, the system wakes the app after some hundred metres, also where it was ended:
    /// what records is taken up again then.
    func watch(_ on: Bool) {
        if on, manager.authorizationStatus == .authorizedAlways {
            manager.startMonitoringSignificantLocationChanges()
        } else {
            manager.stopMonitoringSignificantLocationChanges()
        }
    }

    func start(forMs: Int64) {
        isOn = true
        hold.begin(manager.authorizationStatus, until: Date(timeIntervalSinceNow: Double(forMs) / 1000))
        // Fixes may come more rarely then: it is said where it begins so, and when it is switched on later.
        if ProcessInfo.processInfo.isLowPowerModeEnabled { note(.batterySaver) }
        manager.allowsBackgroundLocationUpdates = true
        manager.startUpdatingLocation()
    }

    func stop() {
        isOn = false
        manager.stopUpdatingLocation()
        hold.end()
    }
}

extension LocationSession: CLLocationManagerDelegate {
    nonisolated func locationManager(_ manager: CLLocationManager, didUpdateLocations locations: [CLLocation]) {
        MainActor.assumeIsolated {
            guard let newest = locations.last else { return }
            take(Fix(newest, approximate: self.manager.accuracyAuthorization == .reducedAccuracy))
        }
    }

    nonisolated func locationManagerDidChangeAuthorization(_ manager: CLLocationManager) {
        MainActor.assumeIsolated {
            noteAuthorization()
            changed()
        }
    }

    /// iOS tells it at every launch too; only what changed since the one before is noted.
    private func noteAuthorization() {
        if isOn { hold.hold(manager.authorizationStatus) }
        guard let cause = authorization else { return }
        // What was started before it was allowed.
        if cause != .permissionOff, isOn { manager.startUpdatingLocation() }
        let code = "\(cause)"
        guard UserDefaults.standard.string(forKey: Self.noted) != code else { return }
        UserDefaults.standard.set(code, forKey: Self.noted)
        note(cause)
    }

    private var authorization: Cause? {
        switch manager.authorizationStatus {
        case .denied, .restricted: .permissionOff
        case .authorizedAlways, .authorizedWhenInUse:
            manager.accuracyAuthorization == .reducedAccuracy ? .permissionApproximate : .permissionOn
        default: nil
        }
    }
}

extension Fix {
    /// iOS tells neither provider nor satellites; a speed or an accuracy that is not valid is negative.
    init(_ location: CLLocation, approximate: Bool) {
        let accuracy = location.horizontalAccuracy
        self.init(
            latE9: Int64((location.coordinate.latitude * 1e9).rounded()),
            lonE9: Int64((location.coordinate.longitude * 1e9).rounded()),
            accuracyMm: accuracy >= 0 ? Int64((accuracy * 1000).rounded()) : nil,
            ageMs: max(0, Int64((-location.timestamp.timeIntervalSinceNow * 1000).rounded())),
            provider: .fused,
            satellites: nil,
            speedMmS: location.speed >= 0 ? Int64((location.speed * 1000).rounded()) : nil,
            simulated: location.sourceInformation?.isSimulatedBySoftware ?? false,
            approximate: approximate,
            still: false)
    }
}

import CoreLocation
import Foundation
import OnbeatKit

/// What tells iOS that the app goes on with places in the background; it takes none by itself.
///
/// Both sessions end with their process. They count as one with those of the process before if they are made anew within
/// some seconds of a launch, <https://developer.apple.com/forums/thread/797319>: that is before the phone is open.
@MainActor final class LocationHold {
    private let mark = RecordingMark(KeptFile(Places.recordsUntil))
    private var activity: CLBackgroundActivitySession?
    /// Ends the service session, which iOS 18 brought.
    private var endService: (() -> Void)?

    /// At each launch, before all else: as it was when the process before ended, if the window is open still.
    func resume() {
        if mark.goesOn(at: Date()) { hold(CLLocationManager().authorizationStatus) }
    }

    /// It records, until then at most.
    func begin(_ status: CLAuthorizationStatus, until: Date) {
        mark.keep(until: until)
        hold(status)
    }

    /// What the rep allows may change while it is held. Without his leave none is made: a session would ask him for it.
    func hold(_ status: CLAuthorizationStatus) {
        guard status == .authorizedAlways || status == .authorizedWhenInUse else { return release() }
        activity = activity ?? CLBackgroundActivitySession()
        guard #available(iOS 18, *) else { return }
        // The new one first, so that there is no moment without.
        let (service, endBefore) = (CLServiceSession(authorization: need(status)), endService)
        endService = { service.invalidate() }
        endBefore?()
    }

    func end() {
        mark.forget()
        release()
    }

    private func release() {
        activity?.invalidate()
        endService?()
        (activity, endService) = (nil, nil)
    }

    /// No more than the rep allowed: more would be asked for.
    @available(iOS 18, *)
    private func need(_ status: CLAuthorizationStatus) -> CLServiceSession.AuthorizationRequirement {
        status == .authorizedAlways ? .always : .whenInUse
    }
}

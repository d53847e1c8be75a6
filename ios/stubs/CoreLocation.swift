// What the app uses of the location manager, by its public declarations.
import Foundation

public typealias CLLocationAccuracy = Double
public let kCLLocationAccuracyBest: CLLocationAccuracy = -1
public let kCLDistanceFilterNone: Double = -1
public struct CLLocationCoordinate2D: Sendable { public var latitude: Double, longitude: Double }
public final class CLLocationSourceInformation: Sendable { public var isSimulatedBySoftware: Bool { fatalError() } }
public final class CLLocation: Sendable {
    public var coordinate: CLLocationCoordinate2D { fatalError() }
    public var horizontalAccuracy: CLLocationAccuracy { fatalError() }
    public var speed: Double { fatalError() }
    public var timestamp: Date { fatalError() }
    public var sourceInformation: CLLocationSourceInformation? { fatalError() }
}
public enum CLAuthorizationStatus: Sendable { case notDetermined, restricted, denied, authorizedAlways, authorizedWhenInUse }
public enum CLAccuracyAuthorization: Sendable { case fullAccuracy, reducedAccuracy }
public protocol CLLocationManagerDelegate: AnyObject {
    func locationManager(_ manager: CLLocationManager, didUpdateLocations locations: [CLLocation])
    func locationManagerDidChangeAuthorization(_ manager: CLLocationManager)
}
public final class CLLocationManager {
    public init() {}
    public class func locationServicesEnabled() -> Bool { fatalError() }
    public weak var delegate: (any CLLocationManagerDelegate)?
    public var desiredAccuracy: CLLocationAccuracy = 0
    public var distanceFilter: Double = 0
    public var pausesLocationUpdatesAutomatically = true
    public var allowsBackgroundLocationUpdates = false
    public var showsBackgroundLocationIndicator = false
    public var authorizationStatus: CLAuthorizationStatus { fatalError() }
    public var accuracyAuthorization: CLAccuracyAuthorization { fatalError() }
    public func requestWhenInUseAuthorization() {}
    public func requestAlwaysAuthorization() {}
    public func startMonitoringSignificantLocationChanges() {}
    public func stopMonitoringSignificantLocationChanges() {}
    public func startUpdatingLocation() {}
    public func stopUpdatingLocation() {}
}
public final class CLBackgroundActivitySession {
    public init() {}
    public func invalidate() {}
}
@available(iOS 18.0, *)
public final class CLServiceSession {
    public enum AuthorizationRequirement { case none, whenInUse, always }
    public init(authorization: AuthorizationRequirement) {}
    public func invalidate() {}
}

// What the app uses of the motion sensor, by its public declarations.
import Foundation

public enum CMAuthorizationStatus: Sendable { case notDetermined, restricted, denied, authorized }
public enum CMMotionActivityConfidence: Sendable { case low, medium, high }
public final class CMMotionActivity: NSObject {
    public var stationary: Bool { fatalError() }
    public var startDate: Date { fatalError() }
    public var confidence: CMMotionActivityConfidence { fatalError() }
}
public final class CMMotionActivityManager: NSObject {
    public override init() {}
    public class func isActivityAvailable() -> Bool { fatalError() }
    public class func authorizationStatus() -> CMAuthorizationStatus { fatalError() }
    public func startActivityUpdates(to queue: OperationQueue, withHandler handler: @escaping (CMMotionActivity?) -> Void) {}
    public func stopActivityUpdates() {}
    public func queryActivityStarting(
        from start: Date, to end: Date, to queue: OperationQueue,
        withHandler handler: @escaping ([CMMotionActivity]?, (any Error)?) -> Void
    ) {}
}

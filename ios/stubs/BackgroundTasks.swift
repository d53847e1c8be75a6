// What the app uses of background tasks, by its public declarations.
import Foundation

public class BGTaskRequest: NSObject { public var earliestBeginDate: Date? }
public final class BGAppRefreshTaskRequest: BGTaskRequest { public init(identifier: String) {} }
public final class BGTaskScheduler: NSObject, @unchecked Sendable {
    public static let shared = { fatalError() }() as BGTaskScheduler
    public func submit(_ request: BGTaskRequest) throws {}
}

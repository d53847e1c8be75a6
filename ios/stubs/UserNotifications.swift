// What the app uses of notifications, by its public declarations.
public class UNNotificationContent {}
public final class UNMutableNotificationContent: UNNotificationContent {
    public override init() {}
    public var title = ""
    public var body = ""
}
public class UNNotificationTrigger {}
public final class UNNotificationRequest {
    public init(identifier: String, content: UNNotificationContent, trigger: UNNotificationTrigger?) {}
}
public final class UNUserNotificationCenter {
    public static func current() -> UNUserNotificationCenter { fatalError() }
    public func add(_ request: UNNotificationRequest, withCompletionHandler: (@Sendable ((any Error)?) -> Void)? = nil) {}
}

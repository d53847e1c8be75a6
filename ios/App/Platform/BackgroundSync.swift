import BackgroundTasks
import Foundation

/// Asks the system for some moments while the app is closed. When they come is its own to say.
enum BackgroundSync {
    static let name = "org.onbeat.sync"
    private static let earliestS: TimeInterval = 15 * 60

    static func ask() {
        let request = BGAppRefreshTaskRequest(identifier: name)
        request.earliestBeginDate = Date(timeIntervalSinceNow: earliestS)
        // Where background refresh is switched off, what waits is sent when the app is opened.
        try? BGTaskScheduler.shared.submit(request)
    }
}

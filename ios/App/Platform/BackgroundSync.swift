import BackgroundTasks
import Foundation

/// Asks the system for some moments while the app is closed. When they come is its own to say.
enum BackgroundSync {
    static let name = "org.onbeat.sync"

    /// Not sooner than in some seconds.
    static func ask(inS seconds: Int64) {
        let request = BGAppRefreshTaskRequest(identifier: name)
        request.earliestBeginDate = Date(timeIntervalSinceNow: Double(seconds))
        // Where background refresh is switched off, it syncs when the app is opened.
        try? BGTaskScheduler.shared.submit(request)
    }
}

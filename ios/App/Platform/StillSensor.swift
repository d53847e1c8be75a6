import CoreMotion
import Foundation
import OnbeatKit

/// The motion sensor, as far as it tells whether the phone stands still.
@MainActor final class StillSensor: MotionSensor {
    private let manager = CMMotionActivityManager()

    /// The system asks where it is used first: so it is used before only once the rep said “Allow”.
    func ask() async {
        let now = Date()
        await withCheckedContinuation { answered in
            manager.queryActivityStarting(from: now, to: now, to: .main) { _, _ in answered.resume() }
        }
    }

    func start(_ changed: @escaping @MainActor (Bool) -> Void) {
        guard CMMotionActivityManager.authorizationStatus() == .authorized else { return }
        manager.startActivityUpdates(to: .main) { activity in
            guard let activity, activity.confidence != .low else { return }
            let isStill = activity.stationary
            // It is called on the main queue, as asked for.
            MainActor.assumeIsolated { changed(isStill) }
        }
    }

    func history(from: Date, to: Date) async -> [Motion] {
        guard CMMotionActivityManager.authorizationStatus() == .authorized else { return [] }
        return await withCheckedContinuation { answered in
            manager.queryActivityStarting(from: from, to: to, to: .main) { activities, _ in
                let sure = (activities ?? []).filter { $0.confidence != .low }
                answered.resume(returning: sure.map { Motion(since: $0.startDate, isStill: $0.stationary) })
            }
        }
    }

    func stop() { manager.stopActivityUpdates() }
}

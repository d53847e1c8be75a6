import Foundation
import Observation
import OnbeatCore

/// What is kept of the rep: one day with all that is said of it, who looked, and what proves that it arrived.
@MainActor @Observable public final class RecordsModel {
    public private(set) var shown: MyRecords?
    /// The copy of the log, once it was asked for.
    public private(set) var copy: URL?
    @ObservationIgnored private let today: TodayModel

    public init(today: TodayModel) { self.today = today }

    /// A day as `YYYY-MM-DD`; without one today.
    public func show(_ wanted: String? = nil) async {
        shown = await today.view { phone, reading in try phone.myRecords(at: reading.at, day: wanted) } ?? shown
    }

    /// Writes the rep's copy into a folder, for him to hand on: the log is his.
    public func export(into folder: URL) async {
        copy = await today.view { phone, _ in
            let file = folder.appendingPathComponent("onbeat.ndjson")
            try Data(phone.exportOwn().utf8).write(to: file, options: .atomic)
            return file
        }
    }

    /// Once it was handed on, nothing of it stays in the clear.
    public func forgetCopy() {
        if let copy { try? FileManager.default.removeItem(at: copy) }
        copy = nil
    }
}

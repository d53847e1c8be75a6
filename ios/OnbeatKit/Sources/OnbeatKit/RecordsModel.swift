import Foundation
import Observation
import OnbeatCore

/// What is kept of the rep: one day with all that is said of it, who looked, and what proves that it arrived.
@MainActor @Observable public final class RecordsModel {
    public private(set) var day: DayView?
    public private(set) var looks: [Look] = []
    public private(set) var newestReceipt: Receipt?
    /// IANA zone in which times are said, and the time of the newest look.
    public private(set) var zone = "UTC"
    public private(set) var nowMs: Int64 = 0
    /// The copy of the log, once it was asked for.
    public private(set) var copy: URL?
    @ObservationIgnored private let today: TodayModel

    /// What a look at the whole log has for its day.
    public nonisolated static let allDays = "all"

    public init(today: TodayModel) { self.today = today }

    private struct Seen: Sendable {
        let today: Today
        let day: DayView
        let looks: [Look]
        let receipt: Receipt?
    }

    /// A day as `YYYY-MM-DD`; without one today.
    public func show(_ wanted: String? = nil) async {
        let seen = await today.view { phone, reading in
            let today = try phone.today(at: reading.at)
            return Seen(
                today: today,
                day: try wanted.map { try phone.day(at: reading.at, day: $0) } ?? today.day,
                looks: try phone.looks(), receipt: try phone.receipts().first)
        }
        guard let seen else { return }
        (day, looks, newestReceipt) = (seen.day, seen.looks, seen.receipt)
        (zone, nowMs) = (seen.today.zone, seen.today.nowMs)
    }

    /// The day before or after the one that is shown.
    public func step(_ days: Int) async {
        guard let day, let next = Days.step(day.day, by: days) else { return }
        await show(next)
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

/// Days as core writes them.
enum Days {
    static func step(_ day: String, by days: Int) -> String? {
        guard let date = try? Date(day, strategy: .iso8601.year().month().day()) else { return nil }
        // Days of this calendar have 24 hours: it is in UTC.
        return date.addingTimeInterval(Double(days) * 86_400).formatted(.iso8601.year().month().day())
    }
}

import Foundation
import Observation
import OnbeatCore

/// One visit: its report, kept as it is typed, its photos, and the check-out.
@MainActor @Observable public final class VisitModel {
    public private(set) var visit: VisitView?
    public private(set) var draft = Draft()
    /// IANA zone in which its times are said.
    public private(set) var zone = "UTC"
    public let id: String
    private let date: String
    @ObservationIgnored private let day: TodayModel
    /// Drafts are kept in the order in which they were typed.
    @ObservationIgnored private var keeping: Task<Void, Never>?

    /// A visit of a day, `YYYY-MM-DD`.
    public init(id: String, on date: String, day: TodayModel) {
        (self.id, self.date, self.day) = (id, date, day)
    }

    /// What is typed already comes first, then what was reported.
    public func load() async {
        let id = id
        await find()
        let kept = await day.view { phone, _ in try phone.draft(key: id) }
        if let text = kept ?? nil {
            draft = Draft(text: text)
        } else if let report = visit?.report {
            draft = Draft(report)
        }
    }

    public func change(_ draft: Draft) {
        self.draft = draft
        let (id, text, before, day) = (id, draft.text, keeping, day)
        keeping = Task {
            await before?.value
            // What can't be kept, as on a full disk, stays on the screen, and the problem is said.
            _ = await day.view { phone, _ in try phone.saveDraft(key: id, words: text) }
        }
    }

    public func save() async -> Bool {
        await keeping?.value
        return await does(.saveReport(draft.report(of: id)))
    }

    /// With the report, where anything stands in it: else that is asked for later.
    public func checkOut() async -> Bool {
        if draft != Draft(), !(await save()) { return false }
        return await does(.checkOut(visit: id))
    }

    @discardableResult public func add(jpeg: Data) async -> Bool {
        await does(.addPhoto(visit: id, jpeg: jpeg))
    }

    /// All that was typed so far is kept.
    func settle() async { await keeping?.value }

    private func does(_ act: Act) async -> Bool {
        guard await day.act(act) else { return false }
        await find()
        return true
    }

    private func find() async {
        let (id, date) = (id, date)
        let seen = await day.view { phone, reading in
            let day = try phone.day(at: reading.at, day: date)
            return (day.visits.first { $0.visit == id }, try phone.today(at: reading.at).zone)
        }
        guard let seen else { return }
        (visit, zone) = (seen.0 ?? visit, seen.1)
    }
}

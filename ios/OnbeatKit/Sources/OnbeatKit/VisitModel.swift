import Foundation
import Observation
import OnbeatCore

/// One visit: its report, kept as it is typed, its photos, and the check-out.
@MainActor @Observable public final class VisitModel {
    public private(set) var visit: VisitView?
    public private(set) var draft = Draft()
    public let id: String
    @ObservationIgnored private let day: TodayModel
    /// Drafts are kept in the order in which they were typed.
    @ObservationIgnored private var keeping: Task<Void, Never>?

    public init(id: String, day: TodayModel) {
        self.id = id
        self.day = day
    }

    /// What is typed already comes first, then what was reported.
    public func load() async {
        let id = id
        let kept = await day.view { phone, _ in try phone.draft(key: id) }
        find()
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
        let isDone = await day.act(act)
        find()
        return isDone
    }

    private func find() {
        visit = day.today?.day.visits.first { $0.visit == id } ?? visit
    }
}

import Foundation
import Observation
import OnbeatCore

/// One visit: its report, kept as it is typed, its photos, and the check-out.
@MainActor @Observable public final class VisitModel {
    public private(set) var visit: VisitView?
    /// As far as it is written.
    public private(set) var report: Report
    /// IANA zone in which its times are said.
    public private(set) var zone = "UTC"
    private let date: String
    @ObservationIgnored private let day: TodayModel
    /// Drafts are kept in the order in which they were typed.
    @ObservationIgnored private var keeping: Task<Void, Never>?

    /// In the order in which they are offered.
    public nonisolated static let outcomes: [Outcome] = [.met, .absent, .closed, .refused]

    /// A visit of a day, `YYYY-MM-DD`.
    public init(id: String, on date: String, day: TodayModel) {
        (self.date, self.day) = (date, day)
        report = Report(visit: id, purpose: "", content: "", feedback: "", nextStep: "", outcome: .met)
    }

    public func load() async {
        guard let shown = await find() else { return }
        report = shown.report
    }

    public func change(_ report: Report) {
        self.report = report
        let (before, day) = (keeping, day)
        keeping = Task {
            await before?.value
            // What can't be kept, as on a full disk, stays on the screen, and the problem is said.
            _ = await day.view { phone, _ in try phone.saveDraft(report: report) }
        }
    }

    public func save() async -> Bool {
        await keeping?.value
        return await does(.saveReport(report))
    }

    public func checkOut() async -> Bool {
        await keeping?.value
        return await does(.checkOut(report))
    }

    @discardableResult public func add(jpeg: Data) async -> Bool {
        await does(.addPhoto(visit: report.visit, jpeg: jpeg))
    }

    /// All that was typed so far is kept.
    func settle() async { await keeping?.value }

    private func does(_ act: Act) async -> Bool {
        guard await day.act(act) else { return false }
        await find()
        return true
    }

    @discardableResult private func find() async -> VisitShown? {
        let (id, date) = (report.visit, date)
        let found = await day.view { phone, reading in try phone.visit(at: reading.at, id: id, day: date) }
        guard let shown = found ?? nil else { return nil }
        (visit, zone) = (shown.visit, shown.zone)
        return shown
    }
}

import Foundation
import OnbeatCore
import Testing

@testable import OnbeatKit

/// A working day by the app's buttons, with the real core and a real `onbeat serve`.
@MainActor @Suite(.timeLimit(.minutes(5))) struct DayTests {
    private let rep: Enrolled

    init() async throws { rep = try await Enrolled() }

    @Test func isSignedInVisitedKilledReportedAnsweredSentAndVerified() async throws {
        try await rep.recorder.look()
        #expect(!rep.recorder.isOn, "before the window no place is asked for")
        try await rep.walk(Desk.middle, from: "08:00", to: "08:30")
        #expect(rep.sensor.starts == 1)
        try await signsIn()
        let id = try await checksIn()
        try await isKilledWhileWriting(id)
        try await reports(id)
        try await leavesWithAReason()
        try await rep.walk(Desk.middle, from: "11:00", to: "16:40")
        #expect(!rep.recorder.isOn && rep.notices.stops == 1)
        #expect(rep.day.today?.when == .after && rep.day.today?.next == .rest)
        #expect(rep.day.today?.standing == .ended(atMs: Desk.at("16:30")))
        try await answers()
        try await sends()
        try await readsItsRecords(id)
    }

    @Test func thirtyDaysWithoutANetworkGoAtTheNextSync() async throws {
        for day in 0..<30 {
            rep.device.clock.move(byMs: Desk.at("09:00") + Int64(day) * 86_400_000 - rep.device.clock.now().atMs)
            for step in 0..<6 {
                try await rep.recorder.take(Desk.middle.moved(step).fix())
                rep.device.clock.move(byMs: 600_000)
            }
            let reading = rep.recorder.reading()
            try await rep.phone.call { phone, _ in try phone.perform(.signIn, reading) }
        }
        await rep.day.refresh()
        let today = try #require(rep.day.today)
        #expect(today.waitingRecords > 30 * 5 && today.waitingSinceMs.map { $0 < Desk.at("09:10") } == true)
        try rep.desk.server.setClock(rep.device.clock.now().atMs)
        await rep.day.sync()
        #expect(rep.day.problem == nil && rep.day.today?.waitingRecords == 0)
        let records = RecordsModel(today: rep.day)
        await records.export(into: rep.device.scratch.url)
        try rep.verify(#require(records.copy))
    }

    @Test func aReasonForWhatWasFoundIsGivenByOneTapAndOnce() async throws {
        try await rep.walk(Desk.middle, from: "08:00", to: "08:30")
        try await rep.walk(Desk.beyond, from: "08:40", to: "09:10")
        try await rep.walk(Desk.middle, from: "09:20", to: "09:50")
        let asked = try #require(rep.day.today?.asked.first { $0.kind == .leftArea })
        let finding = FindingModel(id: asked.id, day: rep.day, language: .en)
        await finding.load()
        #expect(finding.explained?.reasonsOffered == reasonsByTap() && finding.explained?.reasonsGiven.isEmpty == true)
        await finding.give(.goods)
        #expect(finding.explained?.reasonsGiven.map(\.reason.reason) == [.goods])
        #expect(finding.explained?.reasonsOffered.isEmpty == true)
        await rep.day.sending?.value
        #expect(rep.day.problem == nil && rep.day.today?.waitingRecords == 0)
    }

    private func signsIn() async throws {
        #expect(rep.recorder.reading().fix?.ageMs == 10_000, "the newest position is as old as it is")
        #expect(rep.day.today?.next == .signIn)
        #expect(await rep.act(.signIn))
        #expect(rep.day.today?.day.signIn.atMs != nil)
    }

    private func checksIn() async throws -> String {
        guard case .visit(let near?) = rep.day.today?.next else { throw Unexpected() }
        #expect(near.customer.id == Desk.customer)
        let customers = CustomersModel(day: rep.day)
        await customers.search("no such")
        #expect(customers.isLoaded && customers.near.isEmpty)
        await customers.search("东湖")
        #expect(try await customers.checkIn(#require(customers.near.first).customer))
        guard case .checkOut(let visit) = rep.day.today?.next else { throw Unexpected() }
        return visit.visit
    }

    private func isKilledWhileWriting(_ id: String) async throws {
        let visit = VisitModel(id: id, on: "2026-11-25", day: rep.day)
        await visit.load()
        #expect(visit.report.content == "")
        for words in ["w", "wa", "want"] {
            var report = visit.report
            report.content = words
            visit.change(report)
        }
        await visit.settle()
        try await rep.restart()
        await rep.day.refresh()
    }

    private func reports(_ id: String) async throws {
        let visit = VisitModel(id: id, on: "2026-11-25", day: rep.day)
        await visit.load()
        #expect(visit.report.content == "want", "the draft is not gone with the process")
        var report = visit.report
        (report.content, report.feedback, report.nextStep) = ("shelf and order", "smaller boxes", "a sample")
        visit.change(report)
        #expect(await visit.add(jpeg: Picture.jpeg))
        #expect(!(await visit.add(jpeg: Data("no picture".utf8))))
        #expect(rep.day.problem?.word == "bad_photo")
        #expect(await visit.checkOut())
        #expect(visit.visit?.photos.count == 1 && visit.visit?.report?.feedback == "smaller boxes")
        #expect(rep.day.today?.next == .visit(customer: nil), "all were visited")
        await visit.load()
        #expect(visit.report.nextStep == "a sample", "what was reported can be mended")
    }

    private func leavesWithAReason() async throws {
        try await rep.walk(Desk.beyond, from: "10:00", to: "10:30")
        #expect(rep.notices.leavings == 1, "he is told once")
        #expect(rep.day.today?.away != nil)
        #expect(await rep.act(.giveReason(.goods)))
        #expect(rep.day.today?.day.presence.reasons.count == 1)
    }

    private func answers() async throws {
        let open = try #require(rep.day.today?.asked.first)
        let finding = FindingModel(id: open.id, day: rep.day, language: .en)
        await finding.load()
        #expect(!finding.sentences.isEmpty && !finding.isAppeal)
        #expect(await finding.send("fetched boxes for a customer"))
        #expect(finding.explained?.explanation.finding.state == .answered)
        #expect(finding.explained?.answers.map(\.text) == ["fetched boxes for a customer"])
    }

    private func sends() async throws {
        await rep.day.sending?.value
        await rep.day.sync()
        #expect(rep.day.problem == nil)
        #expect(rep.day.today?.waitingRecords == 0 && rep.day.today?.waitingPhotos == 0)
    }

    private func readsItsRecords(_ id: String) async throws {
        let records = RecordsModel(today: rep.day)
        await records.show()
        let shown = try #require(records.shown)
        #expect(shown.day.day == "2026-11-25" && shown.day.closed)
        #expect(shown.day.visits.map(\.visit) == [id])
        #expect(shown.day.counts.insideS > 5 * 3600)
        #expect(shown.looks.isEmpty && !shown.receipts.isEmpty)
        await records.show(shown.before)
        #expect(records.shown?.day.day == "2026-11-24")
        let visit = VisitModel(id: id, on: "2026-11-25", day: rep.day)
        await visit.load()
        #expect(visit.visit?.toMs != nil && visit.report.feedback == "smaller boxes" && visit.zone == "Asia/Shanghai")
        try await staysWithinTheWindow()
        await records.export(into: rep.device.scratch.url)
        let copy = try #require(records.copy)
        try rep.verify(copy)
        records.forgetCopy()
        #expect(records.copy == nil && !FileManager.default.fileExists(atPath: copy.path))
    }

    private func staysWithinTheWindow() async throws {
        let kept = try await rep.phone.call { phone, _ in try phone.records(day: "2026-11-25") }
        let window = Desk.at("08:00")...Desk.at("16:30")
        #expect(kept.filter { $0.kind == "fix" }
            .allSatisfy { window.contains($0.atMs) || $0.body?.contains("lat_e9") == false })
    }

    private struct Unexpected: Error {}
}

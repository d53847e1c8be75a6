import Foundation
import OnbeatCore
import Testing

@testable import OnbeatKit

@MainActor @Suite(.timeLimit(.minutes(5))) struct FullDiskTests {
    @Test(.enabled(if: SmallDisk.canBeMade, "no file system could be made"))
    func aFullDiskIsSaidKeepsWhatIsWrittenAndTakesTheNextTap() async throws {
        let disk = try SmallDisk()
        let rep = try await Enrolled(folder: disk.url.appendingPathComponent("phone"))
        disk.fill(but: 128 << 10)
        let note = String(repeating: "x", count: 2_900)
        var done = 0
        while done < 200, await rep.act(.checkIn(customer: Desk.customer, purpose: note)) { done += 1 }
        #expect(rep.day.problem?.word == "storage_full")
        let visits = rep.day.today?.day.visits.count
        #expect(done > 0 && visits == done, "what was said to be done is there, and no more")
        try disk.free()
        #expect(await rep.act(.signIn))
        #expect(rep.day.problem == nil)
        #expect(try await rep.phone.call { phone, _ in try phone.records(day: "2026-11-25") }
            .contains { $0.body?.contains("storage_full") == true })
        await rep.day.sync()
        #expect(rep.day.problem == nil && rep.day.today?.waitingRecords == 0)
        let log = rep.device.scratch.url.appendingPathComponent("log")
        try Data(await rep.phone.call { phone, _ in try phone.exportOwn() }.utf8).write(to: log)
        try rep.verify(log)
    }
}

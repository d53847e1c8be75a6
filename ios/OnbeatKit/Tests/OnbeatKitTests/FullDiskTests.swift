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

    @Test(.enabled(if: SmallDisk.canBeMade, "no file system could be made"))
    func whatCantBeWrittenIsTriedAgainAMinuteLater() async throws {
        let disk = try SmallDisk()
        let rep = try await Enrolled(folder: disk.url.appendingPathComponent("phone"))
        rep.device.clock.move(byMs: Desk.at("08:00") - rep.device.clock.now().atMs)
        try await rep.recorder.look()
        disk.fill(but: 0)
        await #expect(throws: PhoneError.self) { try await rep.recorder.take(Desk.middle.fix()) }
        rep.device.clock.move(byMs: 10_000)
        #expect(try await rep.recorder.take(Desk.middle.moved(1).fix()) == nil, "not with each position")
        rep.device.clock.move(byMs: 50_000)
        await #expect(throws: PhoneError.self) { try await rep.recorder.take(Desk.middle.moved(2).fix()) }
        try disk.free()
        rep.device.clock.move(byMs: 60_000)
        #expect(try await rep.recorder.take(Desk.middle.moved(3).fix())?.kept == true)
    }

    @Test(.enabled(if: SmallDisk.canBeMade, "no file system could be made"))
    func aNewPhoneWhoseSyncFailsOfItsDiskAsksAgainLaterAndAsSoonAsThereIsRoomHasItsDay() async throws {
        let (disk, desk) = (try SmallDisk(), try Desk())
        let device = try TestPhone(
            clock: SetClock(atMs: Desk.morningMs), folder: disk.url.appendingPathComponent("phone"))
        let day = try await Enrolled.withoutData(device.open(), by: desk.server.link(of: Desk.rep))
        await day.refresh()
        #expect(day.askedAgainMs == Desk.morningMs)
        disk.fill(but: 0)
        for _ in 0..<3 {
            let before = try #require(day.askedAgainMs)
            await day.askAgain()
            #expect(day.today == nil)
            #expect(try #require(day.askedAgainMs) >= before + 60_000, "so it is asked again, and not at once")
        }
        try disk.free()
        await day.askAgain()
        #expect(day.today != nil && day.askedAgainMs == nil)
    }
}

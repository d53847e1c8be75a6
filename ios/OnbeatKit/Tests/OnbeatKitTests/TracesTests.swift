import OnbeatCore
import Testing

@testable import OnbeatKit

/// A phone that shows what it is told to.
private struct Played: Openness {
    var files: Set<String> = []
    var images = ["/usr/lib/dyld", "/usr/lib/libSystem.B.dylib", "/Applications/Onbeat.app/Onbeat"]
    var isTraced = false
    var isSimulator = false

    func exists(_ path: String) -> Bool { files.contains(path) }
}

@Suite(.serialized) @MainActor struct TracesTests {
    @Test func eachTraceIsSeenByItself() {
        #expect(Played().traces == [])
        #expect(Played(files: ["/var/jb"]).traces == [.jailbreakFile])
        #expect(Played(images: ["/usr/lib/dyld", "/usr/lib/FridaGadget.dylib"]).traces == [.hookLoaded])
        #expect(Played(isTraced: true).traces == [.debuggerAttached])
        #expect(Played(files: ["/bin/bash"], isSimulator: true).traces == [.emulated], "a Mac has a shell")
    }

    @Test func whatChangedIsNotedOnceAndCoreSaysHowGraveItIs() async throws {
        let rep = try await Enrolled()
        let model = DiagnosisModel(day: rep.day)
        await model.load()
        #expect(model.diagnosis?.signs == nil, "nobody looked yet")
        let before = try await rep.waiting()
        for _ in 0..<2 { await rep.day.note(Played().traces) }
        #expect(try await rep.waiting() == before + 1)
        for _ in 0..<2 { await rep.day.note(Played(files: ["/var/jb"], isTraced: true).traces) }
        #expect(try await rep.waiting() == before + 2)
        await model.load()
        #expect(model.diagnosis?.signs == SignsShown(integrity: .opened, signs: [.root, .debugger]))
    }
}

extension Enrolled {
    /// Records without a receipt.
    fileprivate func waiting() async throws -> UInt64 {
        try await phone.call { phone, _ in try phone.heads().waiting }
    }
}

import Foundation
import OnbeatCore
import OnbeatKit

/// A day of `tests/stories`, as commands to a phone; its reader in Rust says what a line means.
struct Script {
    let file: URL
    private let lines: [Line]

    init(_ name: String) throws {
        file = Repository.root.appendingPathComponent("tests/stories/\(name)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
            .map { try decoder.decode(Line.self, from: Data($0)) }
    }

    /// Plays it on a phone whose clock it sets; answers the phone's copy of its log.
    func play(on device: TestPhone, _ stage: Stage) async throws -> String {
        var phone: PhoneHolder? = try device.open()
        var visit = ""
        for line in lines {
            device.clock.set(line.at.stamp)
            if line.do == "reopen" {
                await phone?.close()
                phone = try device.open()
            }
            guard let phone else { throw TestPhone.NotOpen(how: "it was let go of") }
            visit = try await line.play(on: phone, stage, visit) ?? visit
        }
        return try await phone?.call { phone, _ in try phone.exportOwn() } ?? ""
    }
}

private struct Line: Decodable {
    struct At: Decodable {
        let atMs: Int64
        let elapsedMs: Int64
        let boot: String
        var stamp: Stamp { Stamp(atMs: atMs, elapsedMs: elapsedMs, boot: boot) }
    }

    struct Place: Decodable {
        let latE9: Int64
        let lonE9: Int64
        let accuracyMm: Int64?
        let ageMs: Int64
        let provider: String
        let satellites: UInt32?
        let speedMmS: Int64?
        let simulated: Bool?
        let approximate: Bool?
        let still: Bool?
    }

    struct Words: Decodable {
        let purpose: String
        let content: String
        let feedback: String
        let nextStep: String
        let outcome: String
    }

    let `do`: String
    let at: At
    let fix: Place?
    let cause: String?
    let customer: String?
    let purpose: String?
    let report: Words?
    let bytesB64: String?
    let fromElapsedMs: Int64?
    let toElapsedMs: Int64?

    struct Unknown: Error { let words: String }

    /// Answers the visit that a check-in began.
    func play(on phone: PhoneHolder, _ stage: Stage, _ visit: String) async throws -> String? {
        let reading = try Reading(at: at.stamp, fix: place())
        switch `do` {
        case "enrol":
            try stage.setClock(at.atMs)
            let device = Device(platform: "ios", model: "Linux", app: "0.1.0")
            let link = stage.link
            try await phone.call { phone, _ in try phone.enrol(link: link, grade: .software, device: device) }
        case "sync":
            try stage.setClock(at.atMs)
            let report = try await phone.sync()
            guard report.problems.isEmpty else { throw Unknown(words: "sync: \(report.problems)") }
        case "reopen": break
        case "check_in":
            let (customer, purpose) = (customer ?? "", purpose ?? "")
            return try await phone.call { phone, _ in
                try phone.checkIn(reading: reading, customer: customer, purpose: purpose)
            }
        case "fix": _ = try await phone.call { phone, _ in try phone.onFix(reading: reading) }
        case "cause":
            let cause = try named(cause, [
                Cause.processStarted, .processEnded, .noSignal, .locationOff, .locationOn, .permissionOff, .permissionOn,
                .permissionApproximate, .batterySaver, .batteryLow, .storageFull, .rebooted,
            ])
            try await phone.call { phone, at in try phone.cause(at: at, cause: cause) }
        case "still":
            let (from, to) = (fromElapsedMs ?? 0, toElapsedMs ?? 0)
            try await phone.call { phone, at in try phone.onStill(at: at, fromElapsedMs: from, toElapsedMs: to) }
        default:
            let act = try act(visit)
            try await phone.call { phone, _ in try phone.perform(act, reading) }
        }
        return nil
    }

    private func act(_ visit: String) throws -> Act {
        switch `do` {
        case "sign_in": return .signIn
        case "check_out":
            return .checkOut(Report(visit: visit, purpose: "", content: "", feedback: "", nextStep: "", outcome: .met))
        case "report": return .saveReport(try words(of: visit))
        case "photo": return .addPhoto(visit: visit, jpeg: try photo())
        case "break_start": return .startBreak
        case "break_end": return .endBreak
        case "private_start": return .startPrivate
        case "private_end": return .endPrivate
        default: throw Unknown(words: "the script says \(`do`), which this phone does not know")
        }
    }

    private func place() throws -> Fix? {
        guard let fix else { return nil }
        return Fix(
            latE9: fix.latE9, lonE9: fix.lonE9, accuracyMm: fix.accuracyMm, ageMs: fix.ageMs,
            provider: try named(fix.provider, [Provider.gps, .network, .fused]), satellites: fix.satellites,
            speedMmS: fix.speedMmS, simulated: fix.simulated ?? false, approximate: fix.approximate ?? false,
            still: fix.still ?? false)
    }

    private func words(of visit: String) throws -> Report {
        guard let report else { throw Unknown(words: "a report says nothing") }
        return Report(
            visit: visit, purpose: report.purpose, content: report.content, feedback: report.feedback,
            nextStep: report.nextStep, outcome: try named(report.outcome, VisitModel.outcomes))
    }

    private func photo() throws -> Data {
        let base64 = (bytesB64 ?? "").replacing("-", with: "+").replacing("_", with: "/")
        let padded = base64 + String(repeating: "=", count: (4 - base64.count % 4) % 4)
        guard let bytes = Data(base64Encoded: padded) else { throw Unknown(words: "a photo can't be read") }
        return bytes
    }

    /// The case of a code: `customer_called` is `.customerCalled`.
    private func named<Code>(_ code: String?, _ all: [Code]) throws -> Code {
        let plain = code?.replacing("_", with: "").lowercased()
        guard let found = all.first(where: { "\($0)".lowercased() == plain }) else {
            throw Unknown(words: "no code \(code ?? "")")
        }
        return found
    }
}

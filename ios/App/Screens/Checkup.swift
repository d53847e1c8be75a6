import Foundation
import OnbeatCore
import OnbeatKit

/// A name, and what stands there.
struct Told {
    let name: String
    let value: String

    init(_ key: String, _ value: String) {
        name = NSLocalizedString(key, comment: "")
        self.value = value
    }

    init(named name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

/// How the phone fares, for the rep and for the help desk.
struct Checkup {
    let diagnosis: Diagnosis
    let grants: [Permission: Grant]
    let zone: String

    /// Whether it works: what the system allows, and what was sent.
    var works: [Told] {
        let allowed = Permission.allCases.map {
            Told(named: text("permission", of: $0), text("grant", of: grants[$0] ?? .notAsked))
        }
        let last = [
            Told("diagnosis.last_fix", Said.moment(diagnosis.lastFixMs, zone)),
            Told("diagnosis.last_sync", Said.moment(diagnosis.lastSyncMs, zone)),
        ]
        return allowed + last + (diagnosis.heads.map { [Told("diagnosis.waiting", "\($0.waiting)")] } ?? [])
    }

    /// The newest starts of the app, and what began them.
    var starts: [Told] {
        diagnosis.starts.map { Told(named: text("start", of: $0.start.by), time(of: $0)) }
    }

    /// A start that was due is on time within a minute.
    private func time(of seen: StartSeen) -> String {
        let at = Said.moment(seen.atMs, zone)
        guard let dueMs = seen.start.dueMs else { return at }
        if abs(seen.atMs - dueMs) < 60_000 { return String(localized: "diagnosis.start_on_time \(at)") }
        return String(localized: "diagnosis.start_late \(at) \(Measures.time(dueMs, in: zone))")
    }

    /// What it works on.
    var store: [Told] {
        var facts = [Told("diagnosis.engine", diagnosis.engine), Told("diagnosis.app", About.version)]
        if let server = diagnosis.server { facts.append(Told("diagnosis.server", server)) }
        if let heads = diagnosis.heads {
            facts.append(Told("diagnosis.rep", heads.rep))
            facts.append(Told("diagnosis.stream", heads.stream))
            facts.append(Told("diagnosis.key", text("grade", of: heads.grade)))
        }
        if let signs = diagnosis.signs { facts.append(Told("diagnosis.signs", shows(signs))) }
        facts.append(Told("diagnosis.size", "\(diagnosis.fileBytes / 1024) KiB"))
        if let aside = diagnosis.setAside { facts.append(Told("diagnosis.set_aside", aside)) }
        return facts
    }

    /// All of it, to be taken along.
    var asText: String {
        let problems = diagnosis.problems.map { "\($0.code): \($0.message)" }
        let facts = (works + starts + store).map { "\($0.name): \($0.value)" }
        return (facts + problems + [diagnosis.reference].compactMap { $0 }).joined(separator: "\n")
    }

    private func shows(_ signs: SignsShown) -> String {
        let seen = signs.signs.map { text("sign", of: $0) }
        return ([text("integrity", of: signs.integrity)] + seen).joined(separator: " · ")
    }
}

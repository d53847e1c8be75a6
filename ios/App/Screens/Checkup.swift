import Foundation
import OnbeatCore
import OnbeatKit

/// How the phone fares, for the rep and for the help desk: what core knows of itself, and what the system lets it do.
struct Checkup {
    let core: Diagnosis
    let phone: PhoneState
    let grants: [Permission: Grant]
    /// In which zone its times are said.
    let zone: String

    /// Whether the phone may do its work.
    var mayWork: [Fact] {
        let allowed = Permission.allCases.map {
            Fact(named: text("permit", of: $0), text("permitted", of: grants[$0] ?? .notAsked))
        }
        return [Fact("diagnosis.place_switch", said(phone.isPlaceOn))] + allowed + [
            Fact("diagnosis.alerts", said(phone.showsAlerts)),
            Fact("diagnosis.refresh", said(phone.refreshes)),
            Fact("diagnosis.low_power", said(phone.isLowPower)),
        ]
    }

    /// What was done last, and what waits.
    var didLast: [Fact] {
        let last = [
            Fact("diagnosis.last_fix", at(core.lastFixMs)),
            Fact("diagnosis.last_sync", at(core.lastSyncMs)),
        ]
        let waits = core.heads.map { [Fact("diagnosis.waits", "\($0.waiting)")] } ?? []
        let reference = core.reference.map { [Fact("diagnosis.reference", $0)] } ?? []
        return last + waits + reference + core.problems.map { Fact("diagnosis.sync_problems", "\($0.code): \($0.message)") }
    }

    /// The newest starts, when they were due, and what began them.
    var started: [Fact] {
        core.starts.map { Fact(named: time(of: $0), text("start", of: $0.start.by)) }
    }

    /// Which phone it is, and of which version.
    var whichPhone: [Fact] {
        var facts = [
            Fact("diagnosis.engine", core.engine), Fact("diagnosis.version", About.version),
            Fact("diagnosis.model", ThisPhone.device.model),
        ]
        if let server = core.server { facts.append(Fact("diagnosis.server", server)) }
        if let heads = core.heads {
            facts.append(Fact("diagnosis.rep", heads.rep))
            facts.append(Fact("diagnosis.stream", heads.stream))
            facts.append(Fact("diagnosis.key_grade", text("grade", of: heads.grade)))
        }
        if let signs = core.signs { facts.append(Fact("diagnosis.phone_shows", shows(signs))) }
        facts.append(Fact("diagnosis.database", String(localized: "diagnosis.kibibytes \(Int64(core.fileBytes / 1024))")))
        if let aside = core.setAside { facts.append(Fact("diagnosis.set_aside", aside)) }
        return facts
    }

    /// The same as one text, for the help desk.
    var asText: String {
        (mayWork + didLast + started + whichPhone).map { "\($0.name): \($0.value)" }.joined(separator: "\n")
    }

    private func said(_ isOn: Bool) -> String {
        String(localized: isOn ? "diagnosis.switched_on" : "diagnosis.switched_off")
    }

    private func at(_ ms: Int64?) -> String {
        ms.map { Said.moment($0, zone) } ?? String(localized: "diagnosis.never")
    }

    /// A start that was due is on time within a minute.
    private func time(of seen: StartSeen) -> String {
        let at = Said.moment(seen.atMs, zone)
        guard let dueMs = seen.start.dueMs else { return at }
        return abs(seen.atMs - dueMs) < 60_000
            ? String(localized: "diagnosis.start_on_time \(at)")
            : String(localized: "diagnosis.start_late \(at) \(Measures.time(dueMs, in: zone))")
    }

    /// How it stands, and what was seen.
    private func shows(_ signs: SignsShown) -> String {
        let seen = signs.signs.map { text("sign", of: $0) }
        return ([text("integrity", of: signs.integrity)] + seen).joined(separator: " · ")
    }
}

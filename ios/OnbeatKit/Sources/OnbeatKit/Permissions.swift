import Foundation
import Observation

/// What the system asks the rep for. The app says before what it is for, and asks for one at a time, each once.
public enum Permission: String, CaseIterable, Codable, Sendable {
    case place
    case notifications
    /// Whether the phone stands still.
    case motion
    /// The place also where the app was not opened.
    case placeAlways
}

public enum Grant: Sendable {
    case notAsked
    case allowed
    /// The place, but only near: it decides nothing.
    case roughly
    case missing
}

/// What the rep answered where the app said what a permission is for; the system's own question follows on “Allow”.
public struct PermissionAnswers: Codable, Sendable {
    var allowed: Set<Permission> = []
    var putOff: Set<Permission> = []

    func has(_ permission: Permission) -> Bool { allowed.contains(permission) || putOff.contains(permission) }

    func joined(with others: PermissionAnswers) -> PermissionAnswers {
        PermissionAnswers(allowed: allowed.union(others.allowed), putOff: putOff.union(others.putOff))
    }
}

/// The system, as far as it gives permissions.
@MainActor public protocol SystemPermissions: AnyObject {
    func grant(of permission: Permission) async -> Grant
    /// Shows the system's question; how it was answered is seen at the next look.
    func ask(for permission: Permission) async
}

/// Which permission is to be asked for next, if any.
@MainActor @Observable public final class PermissionsModel {
    public private(set) var grants: [Permission: Grant] = [:]
    public private(set) var next: Permission?

    @ObservationIgnored private let system: any SystemPermissions
    /// What was answered is not asked for again.
    @ObservationIgnored private let file: KeptFile<PermissionAnswers>
    @ObservationIgnored private var answers = PermissionAnswers()

    public init(system: any SystemPermissions, file: KeptFile<PermissionAnswers>) {
        (self.system, self.file) = (system, file)
    }

    /// Places are asked for only where the rep agreed to them; nothing is, where it can't be read what was asked for before.
    public func look(placesAreAgreed: Bool) async {
        for permission in Permission.allCases { grants[permission] = await system.grant(of: permission) }
        guard let before = try? file.read() ?? PermissionAnswers() else {
            next = nil
            return
        }
        answers = answers.joined(with: before)
        sayWhetherAlwaysWasAsked()
        next = Permission.allCases.first { permission in
            guard grants[permission] == .notAsked, !answers.has(permission) else { return false }
            return switch permission {
            case .place: placesAreAgreed
            case .notifications: true
            case .motion: placesAreAgreed
            case .placeAlways: placesAreAgreed && grants[.place] == .allowed
            }
        }
    }

    /// The system asks for the place always once, and does not tell that it did: after that its settings alone change it.
    private func sayWhetherAlwaysWasAsked() {
        guard grants[.placeAlways] == .notAsked, answers.allowed.contains(.placeAlways) else { return }
        grants[.placeAlways] = .missing
    }

    /// The rep agreed that his place is recorded, and the system does not show it, or only near.
    public func lacksPlace(placesAreAgreed: Bool) -> Grant? {
        guard placesAreAgreed, let grant = grants[.place], grant == .missing || grant == .roughly else { return nil }
        return grant
    }

    public func allow(_ permission: Permission, placesAreAgreed: Bool) async {
        note { $0.allowed.insert(permission) }
        await system.ask(for: permission)
        await look(placesAreAgreed: placesAreAgreed)
    }

    public func putOff(_ permission: Permission, placesAreAgreed: Bool) async {
        note { $0.putOff.insert(permission) }
        await look(placesAreAgreed: placesAreAgreed)
    }

    /// Where it can't be kept, it is asked for once more at the next start.
    private func note(_ answer: (inout PermissionAnswers) -> Void) {
        answer(&answers)
        try? file.write(answers)
    }
}

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
    /// What was answered here, by “Allow” or “Not now”: it is not asked for again.
    @ObservationIgnored private let file: KeptFile<Set<Permission>>
    @ObservationIgnored private var answered: Set<Permission> = []

    public init(system: any SystemPermissions, file: KeptFile<Set<Permission>>) {
        (self.system, self.file) = (system, file)
    }

    /// Places are asked for only where the rep agreed to them; nothing is, where it can't be read what was asked for before.
    public func look(placesAreAgreed: Bool) async {
        for permission in Permission.allCases { grants[permission] = await system.grant(of: permission) }
        guard let before = try? file.read() ?? [] else {
            next = nil
            return
        }
        answered.formUnion(before)
        next = Permission.allCases.first { permission in
            guard grants[permission] == .notAsked, !answered.contains(permission) else { return false }
            return switch permission {
            case .place: placesAreAgreed
            case .notifications: true
            case .motion: placesAreAgreed
            case .placeAlways: placesAreAgreed && grants[.place] == .allowed
            }
        }
    }

    /// The rep agreed that his place is recorded, and the system does not show it, or only near.
    public func lacksPlace(placesAreAgreed: Bool) -> Grant? {
        guard placesAreAgreed, let grant = grants[.place], grant == .missing || grant == .roughly else { return nil }
        return grant
    }

    public func allow(_ permission: Permission, placesAreAgreed: Bool) async {
        note(permission)
        await system.ask(for: permission)
        await look(placesAreAgreed: placesAreAgreed)
    }

    public func putOff(_ permission: Permission, placesAreAgreed: Bool) async {
        note(permission)
        await look(placesAreAgreed: placesAreAgreed)
    }

    /// Where it can't be kept, it is asked for once more at the next start.
    private func note(_ permission: Permission) {
        answered.insert(permission)
        try? file.write(answered)
    }
}

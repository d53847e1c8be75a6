import OnbeatCore

/// Whether the rep agreed to the privacy page, and to which version of it. It comes before the phone is opened, so it stands
/// in a file of its own; what he says to recording his place is core's to keep.
public struct Consents: Codable, Equatable, Sendable {
    /// Version of the page that this app shows.
    public static let privacyVersion = 2

    private var privacy: Int?

    /// Before this no permission is asked for, nothing is stored, and no network is used.
    public var privacyIsAgreed: Bool { privacy == Self.privacyVersion }

    public init() {}

    public mutating func agreeToPrivacy() { privacy = Self.privacyVersion }
}

extension Notice {
    /// The company's page on the place, in a language; where it is written in one alone, in that.
    public func text(in language: Language) -> String {
        let (own, other) = language == .zh ? (zh, en) : (en, zh)
        return own.isEmpty ? other : own
    }
}

import Foundation

/// What the rep agreed to, and which version of each page he read.
public struct Consents: Codable, Equatable, Sendable {
    /// Versions of the pages that this app shows.
    public static let privacyVersion = 1
    public static let locationVersion = 1

    private var privacy: Int?
    private var location: Int?

    /// Before this no permission is asked for, nothing is stored, and no network is used.
    public var privacyIsAgreed: Bool { privacy == Self.privacyVersion }
    /// Without it nothing is recorded; all else works.
    public var locationIsAgreed: Bool { privacyIsAgreed && location == Self.locationVersion }
    /// He was asked about location, and answered.
    public var locationIsAnswered: Bool { locationIsAgreed || location == Self.refused }

    private static let refused = 0

    public init() {}

    public mutating func agreeToPrivacy() { privacy = Self.privacyVersion }
    public mutating func answerLocation(_ agrees: Bool) { location = agrees ? Self.locationVersion : Self.refused }
}

/// Keeps the consents in a file; there is none before the first consent.
public struct ConsentFile: Sendable {
    private let file: URL

    public init(_ file: URL) { self.file = file }

    public func read() -> Consents {
        (try? JSONDecoder().decode(Consents.self, from: Data(contentsOf: file))) ?? Consents()
    }

    public func write(_ consents: Consents) throws {
        let folder = file.deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try JSONEncoder().encode(consents).write(to: file, options: .atomic)
    }
}

import Foundation

/// A catalogue of words.
struct Catalogue {
    private struct File: Decodable {
        let strings: [String: Entry]
    }
    private struct Entry: Decodable {
        let localizations: [String: Localization]
    }
    private struct Localization: Decodable {
        let stringUnit: Unit
    }
    private struct Unit: Decodable {
        let value: String
    }

    private let entries: [String: Entry]

    init(_ name: String) throws {
        let file = try Repository.file("ios/App/Resources/\(name).xcstrings")
        entries = try JSONDecoder().decode(File.self, from: file).strings
    }

    var keys: Set<String> { Set(entries.keys) }

    func said(_ key: String, in language: String) -> String? {
        entries[key]?.localizations[language]?.stringUnit.value
    }
}

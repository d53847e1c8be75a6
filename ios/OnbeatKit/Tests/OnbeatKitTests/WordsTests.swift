import Foundation
import OnbeatCore
import OnbeatKit
import Testing

/// What the app says: in both languages, for each code of core's, and as Android says it.
@Suite struct WordsTests {
    @Test(arguments: ["Localizable", "InfoPlist"]) func bothLanguagesSayTheSameThings(_ name: String) throws {
        let words = try Catalogue(name)
        for key in words.keys {
            let (zh, en) = (words.said(key, in: "zh-Hans"), words.said(key, in: "en"))
            #expect(zh?.isEmpty == false && en?.isEmpty == false, "\(key) lacks a language")
            #expect(blanks(zh ?? "") == blanks(en ?? ""), "\(key) has other blanks")
        }
    }

    /// A key is written out where it is used, or begins with what is written there (`words("problem", of: code)`).
    @Test func everyKeyIsUsedAndEveryKeyUsedHasWords() throws {
        let words = try Set(Catalogue("Localizable").keys.map { String($0.prefix { $0 != " " }) })
        let code = try Repository.files(under: "ios/App", ending: "swift")
            .map { try String(contentsOf: $0, encoding: .utf8) }.joined()
        let groups = code.matches(of: /(?:words|text)\("([a-z.]+)", of:/).map { String($0.1) }
        let used = Set(code.matches(of: /"([a-z]+\.[a-z_]+(?:\.[A-Za-z_]+)?)(?:"| \\\()/).map { String($0.1) })
            .filter { !$0.hasSuffix(".json") && !$0.hasPrefix("org.") && !groups.contains($0) }
        let made = code.matches(of: /"([a-z.]+\.)\\\(/).map { String($0.1) } + groups.map { $0 + "." }
        #expect(!used.isEmpty && !made.isEmpty)
        #expect(used.subtracting(words) == [], "without words")
        let unused = words.subtracting(used).filter { key in !made.contains { key.hasPrefix($0) } }
        #expect(unused == [], "nobody says them")
    }

    @Test(arguments: [
        ("FindingKind", "kind"), ("FindingState", "state"), ("Outcome", "outcome"), ("Grade", "grade"),
        ("ExceptionKind", "reason"), ("StartedBy", "start"), ("Integrity", "integrity"), ("Sign", "sign"),
        ("PlaceVerdict", "map.place"),
    ])
    func everyCodeOfCoreHasWords(_ code: String, _ group: String) throws {
        let bindings = try String(decoding: Repository.file("ios/OnbeatKit/Sources/OnbeatCore/onbeat_core.swift"), as: UTF8.self)
        let start = try #require(bindings.range(of: "public enum \(code)"))
        let body = bindings[start.upperBound...].prefix { $0 != "}" }
        let cases = body.matches(of: /\n    case `?(\w+)/).map { "\(group).\($0.1)" }
        #expect(!cases.isEmpty)
        let words = try Catalogue("Localizable").keys.filter { $0.hasPrefix(group + ".") }
        #expect(words == Set(cases))
    }

    @Test func everyPermissionHasItsNameItsReasonAndWhatWorksWithout() throws {
        let words = try Catalogue("Localizable").keys
        for permission in Permission.allCases {
            #expect(words.isSuperset(of: ["", "_why", "_without"].map { "permit.\(permission)\($0)" }))
        }
        #expect(words.isSuperset(of: [Grant.notAsked, .allowed, .roughly, .missing].map { "permitted.\($0)" }))
        #expect(words.isSuperset(of: [Grant.roughly, .missing].map { "place.\($0)" }))
    }

    @Test func everyProblemThatIsSaidHasWordsAndNoOther() throws {
        let words = try Catalogue("Localizable").keys.filter { $0.hasPrefix("problem.") }
        #expect(words == Set(Problem.said.union(["other"]).map { "problem." + $0 }))
    }

    /// What both apps say, they say in the same words. A key of Android's has the same name but for the dots, or lacks the
    /// group, which is a screen of this app: `today.signed_in` is `signed_in`.
    @Test(arguments: ["en", "zh-Hans"]) func bothAppsSayTheSame(_ language: String) throws {
        let (words, android) = (try Catalogue("Localizable"), try AndroidWords(language))
        let alike = words.keys.compactMap { key in android.said(key).map { (key, $0) } }
        #expect(alike.count > 200)
        for (key, said) in alike where !Self.ofThePlatform.contains(key) {
            #expect(without(blanks: words.said(key, in: language) ?? "") == without(blanks: said), "\(key)")
        }
    }

    /// What is otherwise on an iPhone.
    private static let ofThePlatform: Set = [
        "notice.reminder %@", "permit.notifications_why", "permit.placeAlways_why", "permit.placeAlways_without",
        "sign.emulator", "sign.root",
    ]

    private func blanks(_ words: String) -> [String] {
        words.matches(of: /%(?:\d\$)?(@|lld)/).map { String($0.1) }.sorted()
    }

    /// Where the numbers and names stand, each app has its own marks; some are put behind the words by the code.
    private func without(blanks words: String) -> String {
        words.replacing(/%(?:\d\$)?(?:@|lld|s|d|\.1f)/, with: "").trimmingCharacters(in: .whitespaces)
    }
}

/// The words of Android's app.
private struct AndroidWords {
    private let entries: [String: String]

    init(_ language: String) throws {
        let folder = language == "en" ? "values" : "values-zh"
        let xml = try String(decoding: Repository.file("android/app/src/main/res/\(folder)/strings.xml"), as: UTF8.self)
        let strings = xml.matches(of: /<string name="(\w+)"[^>]*>([^<]*)<\/string>/)
        let plain = strings.map { (String($0.1), String($0.2).replacing("\\'", with: "'")) }
        entries = Dictionary(uniqueKeysWithValues: plain)
    }

    func said(_ key: String) -> String? {
        let name = key.prefix { $0 != " " }.replacing(/[A-Z]/) { "_" + $0.output.lowercased() }
        let inGroup = name.drop { $0 != "." }.dropFirst()
        return [String(name), String(inGroup)].lazy.compactMap { entries[$0.replacing(".", with: "_")] }.first
    }
}

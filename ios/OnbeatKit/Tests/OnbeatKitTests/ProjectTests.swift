import Foundation
import OnbeatCore
import OnbeatKit
import Testing

/// What the stores and the system read of the app: property lists, the privacy manifest, the words.
@Suite struct ProjectTests {
    private func plist(_ name: String) throws -> [String: Any] {
        let data = try Repository.file("ios/App/Resources/\(name)")
        return try #require(try PropertyListSerialization.propertyList(from: data, format: nil) as? [String: Any])
    }

    @Test func everyRequiredReasonIsGiven() throws {
        let types = try #require(plist("PrivacyInfo.xcprivacy")["NSPrivacyAccessedAPITypes"] as? [[String: Any]])
        let reasons = types.reduce(into: [String: [String]]()) { all, type in
            let category = type["NSPrivacyAccessedAPIType"] as? String ?? ""
            all[category] = type["NSPrivacyAccessedAPITypeReasons"] as? [String]
        }
        #expect(reasons == [
            "NSPrivacyAccessedAPICategoryFileTimestamp": ["C617.1"],
            "NSPrivacyAccessedAPICategorySystemBootTime": ["35F9.1"],
            "NSPrivacyAccessedAPICategoryDiskSpace": ["E174.1"],
            "NSPrivacyAccessedAPICategoryUserDefaults": ["CA92.1"],
        ])
    }

    @Test func nobodyIsTrackedAndWhatIsCollectedIsNamed() throws {
        let manifest = try plist("PrivacyInfo.xcprivacy")
        #expect(manifest["NSPrivacyTracking"] as? Bool == false)
        #expect((manifest["NSPrivacyTrackingDomains"] as? [String])?.isEmpty == true)
        let collected = try #require(manifest["NSPrivacyCollectedDataTypes"] as? [[String: Any]])
        let names = collected.compactMap { $0["NSPrivacyCollectedDataType"] as? String }
        let prefix = "NSPrivacyCollectedDataType"
        let kinds = ["PreciseLocation", "UserID", "PhotosorVideos", "OtherUserContent", "Fitness", "OtherDiagnosticData"]
        #expect(Set(names) == Set(kinds.map { prefix + $0 }))
        #expect(collected.allSatisfy { $0["NSPrivacyCollectedDataTypeTracking"] as? Bool == false })
    }

    @Test func theAppRunsInTheBackgroundForLocationAndSyncAlone() throws {
        let info = try plist("Info.plist")
        #expect(Set(info["UIBackgroundModes"] as? [String] ?? []) == ["location", "fetch"])
        #expect(info["BGTaskSchedulerPermittedIdentifiers"] as? [String] == ["org.onbeat.sync"])
        #expect(info["NSAppTransportSecurity"] == nil, "no exception from TLS")
        #expect(Set(info["CFBundleLocalizations"] as? [String] ?? []) == ["zh-Hans", "en"])
    }

    @Test func itMayAskForTheAppsThatCoreKnowsAWayBy() throws {
        let shop = Customer(id: "c", name: "Shop", latE9: 0, lonE9: 0, placeConfirmed: false, landline: nil)
        let schemes = waysTo(customer: shop, on: .ios).compactMap { URL(string: $0)?.scheme }.filter { $0 != "https" }
        #expect(try plist("Info.plist")["LSApplicationQueriesSchemes"] as? [String] == schemes)
    }

    @Test func whoAnswersForTheAppIsSetWhereItIsBuilt() throws {
        let info = try plist("Info.plist")
        let project = try String(decoding: Repository.file("ios/project.yml"), as: UTF8.self)
        let settings = ["OnbeatOperator": "ONBEAT_OPERATOR", "OnbeatPolicy": "ONBEAT_POLICY", "OnbeatFiling": "ONBEAT_FILING"]
        for (key, setting) in settings {
            #expect(info[key] as? String == "$(\(setting))")
            #expect(project.contains("    \(setting): "))
        }
    }

    @Test func itIsBuiltForPhonesFromIOS17OnWithThisPropertyList() throws {
        let project = try String(decoding: Repository.file("ios/project.yml"), as: UTF8.self)
        for line in [
            "deploymentTarget:\n    iOS: \"17.0\"", "SWIFT_VERSION: \"6.0\"", "INFOPLIST_FILE: App/Resources/Info.plist",
            "TARGETED_DEVICE_FAMILY: \"1\"", "sources: [App]",
        ] { #expect(project.contains(line), "\(line)") }
    }

    @Test func whatIsKeptGoesIntoNoBackupAndIsReadableAfterTheFirstUnlock() throws {
        let places = try String(decoding: Repository.file("ios/App/Platform/Places.swift"), as: UTF8.self)
        #expect(places.contains("isExcludedFromBackup = true"))
        #expect(places.contains("FileProtectionType.completeUntilFirstUserAuthentication"))
        let keys = try String(decoding: Repository.file("ios/App/Platform/Keychain.swift"), as: UTF8.self)
        #expect(keys.contains("kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly"))
    }

    @Test func everyPermissionIsExplainedInBothLanguages() throws {
        let info = try plist("Info.plist")
        let asked = info.keys.filter { $0.hasSuffix("UsageDescription") }
        let words = try Catalogue("InfoPlist")
        #expect(Set(asked) == Set(words.keys))
        #expect(Set(asked) == [
            "NSCameraUsageDescription", "NSLocationAlwaysAndWhenInUseUsageDescription",
            "NSLocationWhenInUseUsageDescription", "NSMotionUsageDescription",
        ])
        for key in asked { #expect(info[key] as? String == words.said(key, in: "zh-Hans")) }
    }

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

    @Test(arguments: [("FindingKind", "kind"), ("FindingState", "state"), ("Outcome", "outcome"), ("Grade", "grade"),
        ("ExceptionKind", "reason"), ("StartedBy", "start"), ("Integrity", "integrity"), ("Sign", "sign"), ("LocationAnswer", "settings.location"), ("PlaceVerdict", "map.place")])
    func everyCodeOfCoreHasWords(_ code: String, _ group: String) throws {
        let bindings = try String(decoding: Repository.file("ios/OnbeatKit/Sources/OnbeatCore/onbeat_core.swift"), as: UTF8.self)
        let start = try #require(bindings.range(of: "public enum \(code)"))
        let body = bindings[start.upperBound...].prefix { $0 != "}" }
        let cases = body.matches(of: /\n    case `?(\w+)/).map { "\(group).\($0.1)" }
        #expect(!cases.isEmpty)
        let words = try Catalogue("Localizable").keys.filter { $0.hasPrefix(group + ".") }
        #expect(words == Set(cases))
    }

    @Test func everyProblemThatIsSaidHasWordsAndNoOther() throws {
        let words = try Catalogue("Localizable").keys.filter { $0.hasPrefix("problem.") }
        #expect(words == Set(Problem.said.union(["other"]).map { "problem." + $0 }))
    }

    private func blanks(_ words: String) -> [String] {
        words.matches(of: /%(?:\d\$)?(@|lld)/).map { String($0.1) }.sorted()
    }
}

/// A catalogue of words.
private struct Catalogue {
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

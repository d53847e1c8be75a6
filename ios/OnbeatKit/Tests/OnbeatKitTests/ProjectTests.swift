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
        #expect(info["ITSAppUsesNonExemptEncryption"] as? Bool == false)
        #expect(info["UIFileSharingEnabled"] == nil, "nobody else opens its folder")
        #expect(Set(info["CFBundleLocalizations"] as? [String] ?? []) == ["zh-Hans", "en"])
    }

    /// All that it keeps lies in one folder, which backups leave out, and its keys never leave the device.
    @Test func nothingThatIsKeptGoesIntoABackup() throws {
        let files = Repository.files(under: "ios/App", ending: "swift")
        let code = try Dictionary(uniqueKeysWithValues: files.map {
            ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8))
        })
        #expect(code.filter { $0.value.contains("FileManager.default.urls") }.map(\.key) == ["Places.swift"])
        let places = try #require(code["Places.swift"])
        let roots = places.matches(of: /static var \w+: URL { (\w+)/).map { String($0.1) }
        #expect(!roots.isEmpty && roots.allSatisfy { $0 == "folder" })
        #expect(places.contains("values.isExcludedFromBackup = true") && places.contains("url.setResourceValues(values)"))
        #expect(try #require(places.firstMatch(of: /static var home: PhoneHome {\n(.*)\n/)).1.contains("protect()"))
        let protections = code.values.joined().matches(of: /kSecAttrAccessible[A-Z]\w+/).map { String($0.0) }
        #expect(Set(protections) == ["kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly"])
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

    /// One picture, of which Xcode makes all sizes; a store refuses one that can be seen through.
    @Test func theIconIsASquareThatCantBeSeenThrough() throws {
        let project = try String(decoding: Repository.file("ios/project.yml"), as: UTF8.self)
        #expect(project.contains("ASSETCATALOG_COMPILER_APPICON_NAME: AppIcon"))
        let folder = "ios/App/Assets.xcassets/AppIcon.appiconset"
        let contents = try JSONDecoder().decode(IconSet.self, from: Repository.file("\(folder)/Contents.json"))
        #expect(contents.images.map(\.size) == ["1024x1024"])
        let png = [UInt8](try Repository.file("\(folder)/\(contents.images[0].filename)"))
        #expect(png.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        let (width, height, colours) = (png[16..<20], png[20..<24], png[25])
        #expect(width == [0, 0, 4, 0] && height == [0, 0, 4, 0])
        #expect(colours == 2, "red, green and blue alone")
        #expect(Data(png).range(of: Data("tRNS".utf8)) == nil)
    }

    @Test func bothAppsHaveTheSameIcon() throws {
        let drawn = try String(decoding: Repository.file("ios/icon.svg"), as: UTF8.self)
        let android = "android/app/src/main/res"
        let pin = try String(decoding: Repository.file("\(android)/drawable/beat.xml"), as: UTF8.self)
        let colours = try String(decoding: Repository.file("\(android)/values/colors.xml"), as: UTF8.self)
        #expect(drawn.contains(try #require(pin.firstMatch(of: /pathData="([^"]+)"/)).1))
        #expect(drawn.contains(try #require(colours.firstMatch(of: /name="brand">(#\w+)</)).1))
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
}

/// What Xcode reads of an icon.
private struct IconSet: Decodable {
    struct Image: Decodable {
        let filename: String
        let size: String
    }

    let images: [Image]
}

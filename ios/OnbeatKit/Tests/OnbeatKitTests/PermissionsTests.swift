import Foundation
import Testing

@testable import OnbeatKit

@MainActor @Suite struct PermissionsTests {
    private let scratch: Scratch
    private let system = FakeSystem()
    private let lock = FileLock()

    init() throws { scratch = try Scratch() }

    private var asked: URL { scratch.url.appendingPathComponent("asked.json") }

    private func model() -> PermissionsModel {
        PermissionsModel(system: system, file: KeptFile(asked) { [lock] url in try lock.read(url) })
    }

    @Test func theyAreAskedForOneByOne() async {
        let model = model()
        var asked: [Permission] = []
        await model.look(placesAreAgreed: true)
        while let next = model.next {
            asked.append(next)
            await model.allow(next, placesAreAgreed: true)
        }
        #expect(asked == [.place, .notifications, .motion, .placeAlways])
        #expect(system.asked == asked)
    }

    @Test func withoutConsentNoPlaceIsAskedFor() async {
        let model = model()
        await model.look(placesAreAgreed: false)
        #expect(model.next == .notifications)
        await model.putOff(.notifications, placesAreAgreed: false)
        #expect(model.next == nil && system.asked == [])
    }

    @Test func aRefusalIsNotAskedForAgainAtTheNextStart() async {
        system.answer = .missing
        let first = model()
        await first.allow(.place, placesAreAgreed: true)
        await first.putOff(.notifications, placesAreAgreed: true)
        await first.putOff(.motion, placesAreAgreed: true)
        let second = model()
        await second.look(placesAreAgreed: true)
        #expect(second.next == nil, "always builds on the place")
        #expect(second.grants[.place] == .missing)
        #expect(second.lacksPlace(placesAreAgreed: true) == .missing)
        #expect(second.lacksPlace(placesAreAgreed: false) == nil, "nobody wants it of who did not agree")
    }

    @Test func aPlaceThatIsOnlyNearIsToldAndAlwaysIsNotAskedFor() async {
        system.answer = .roughly
        let model = model()
        await model.allow(.place, placesAreAgreed: true)
        #expect(model.lacksPlace(placesAreAgreed: true) == .roughly)
        await model.putOff(.notifications, placesAreAgreed: true)
        await model.putOff(.motion, placesAreAgreed: true)
        #expect(model.next == nil)
        system.answer = .allowed
        await model.allow(.place, placesAreAgreed: true)
        #expect(model.lacksPlace(placesAreAgreed: true) == nil && model.next == .placeAlways)
    }

    @Test func alwaysIsAskedForOnceAndThenTheSystemsSettingsChangeIt() async {
        let first = model()
        for permission in [Permission.place, .notifications, .motion] {
            await first.allow(permission, placesAreAgreed: true)
        }
        await first.putOff(.placeAlways, placesAreAgreed: true)
        #expect(first.next == nil && first.grants[.placeAlways] == .notAsked, "in the settings it can still be asked for")
        // It stays at "when in use", and iOS says nothing of it.
        system.answer = .notAsked
        await first.allow(.placeAlways, placesAreAgreed: true)
        #expect(first.grants[.placeAlways] == .missing)
        let second = model()
        await second.look(placesAreAgreed: true)
        #expect(second.grants[.placeAlways] == .missing && second.next == nil)
        system.answer = .allowed
        await system.ask(for: .placeAlways)
        await second.look(placesAreAgreed: true)
        #expect(second.grants[.placeAlways] == .allowed, "given in the system's settings")
    }

    @Test func whoGivesThePlaceRoughlyOrNotIsAskedForTheOthersAllTheSame() async {
        system.answer = .roughly
        let model = model()
        await model.allow(.place, placesAreAgreed: true)
        #expect(model.lacksPlace(placesAreAgreed: true) == .roughly && model.next == .notifications)
    }

    @Test func nothingIsAskedForWhileItCantBeReadWhatWasAnswered() async {
        await model().putOff(.place, placesAreAgreed: true)
        lock.isOn = true
        let restarted = model()
        await restarted.look(placesAreAgreed: true)
        #expect(restarted.next == nil)
        lock.isOn = false
        await restarted.look(placesAreAgreed: true)
        #expect(restarted.next == .notifications, "what was put off stays so")
    }
}

@MainActor private final class FakeSystem: SystemPermissions {
    var answer = Grant.allowed
    private(set) var asked: [Permission] = []
    private var grants: [Permission: Grant] = [:]

    func grant(of permission: Permission) async -> Grant { grants[permission] ?? .notAsked }

    func ask(for permission: Permission) async {
        asked.append(permission)
        grants[permission] = answer
    }
}

/// What keeps a file from being read until the first unlock.
private final class FileLock: @unchecked Sendable {
    var isOn = false

    func read(_ url: URL) throws -> Data {
        if isOn { throw CocoaError(.fileReadNoPermission) }
        return try Data(contentsOf: url)
    }
}

import Foundation
import Testing

@testable import OnbeatKit

@MainActor @Suite struct PermissionsTests {
    private let scratch: Scratch
    private let system = FakeSystem()

    init() throws { scratch = try Scratch() }

    private func model() -> PermissionsModel {
        PermissionsModel(system: system, file: scratch.url.appendingPathComponent("asked.json"))
    }

    @Test func theyAreAskedForOneByOne() async {
        let model = model()
        var asked: [Permission] = []
        await model.look(placesAreAgreed: true)
        while let next = model.next {
            asked.append(next)
            await model.allow(next, placesAreAgreed: true)
        }
        #expect(asked == [.location, .notifications, .motion, .always])
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
        system.answer = .refused
        let first = model()
        await first.allow(.location, placesAreAgreed: true)
        await first.putOff(.notifications, placesAreAgreed: true)
        await first.putOff(.motion, placesAreAgreed: true)
        let second = model()
        await second.look(placesAreAgreed: true)
        #expect(second.next == nil, "always builds on the place")
        #expect(second.grants[.location] == .refused)
    }
}

@MainActor private final class FakeSystem: SystemPermissions {
    var answer = Grant.given
    private(set) var asked: [Permission] = []
    private var grants: [Permission: Grant] = [:]

    func grant(of permission: Permission) async -> Grant { grants[permission] ?? .notAsked }

    func ask(for permission: Permission) async {
        asked.append(permission)
        grants[permission] = answer
    }
}

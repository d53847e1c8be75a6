import OnbeatCore
import Testing

@testable import OnbeatKit

/// What a rep is told who seems to be leaving, and when it is taken back.
@MainActor @Suite(.timeLimit(.minutes(5))) struct LeavingTests {
    private let rep: Enrolled

    init() async throws {
        rep = try await Enrolled()
        try await rep.walk(Desk.middle, from: "08:00", to: "08:30")
        try await rep.walk(Desk.beyond, from: "08:40", to: "09:10")
        #expect(rep.notices.leavings == 1 && rep.notices.isLeavingShown && rep.day.today?.away != nil)
    }

    @Test func aReasonTakesItBackAndIsSeenAndAnotherTapIsToldThatNoneIsAskedForAnyMore() async throws {
        #expect(await rep.act(.giveReason(.goods)))
        #expect(!rep.notices.isLeavingShown && rep.day.today?.away == nil)
        #expect(rep.day.today?.day.presence.reasons.map(\.reason.reason) == [.goods])
        #expect(!(await rep.act(.giveReason(.hospital))))
        #expect(rep.day.problem?.word == "reason_not_asked")
        #expect(rep.day.today?.day.presence.reasons.count == 1, "nothing was noted")
    }

    @Test func whoIsBackNeedsNone() async throws {
        try await rep.walk(Desk.middle, from: "09:20", to: "09:50")
        #expect(!rep.notices.isLeavingShown)
        #expect(!(await rep.act(.giveReason(.goods))))
        #expect(rep.day.problem?.word == "reason_not_asked")
    }

    @Test func theCloseTakesItBack() async throws {
        try await rep.walk(Desk.beyond, from: "16:20", to: "16:40")
        #expect(rep.notices.stops == 1 && !rep.notices.isLeavingShown)
    }
}

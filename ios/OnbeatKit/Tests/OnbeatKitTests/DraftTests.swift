import OnbeatCore
import OnbeatKit
import Testing

@Suite struct DraftTests {
    @Test func aDraftComesBackAsItWasTyped() {
        var draft = Draft()
        (draft.purpose, draft.content, draft.nextStep, draft.outcome) = ("补货", "a\nb", "", .closed)
        #expect(Draft(text: draft.text) == draft)
        #expect(Draft(draft.report(of: "v")) == draft)
    }

    @Test(arguments: ["half a word", "a\u{1f}b", "a\u{1f}b\u{1f}c\u{1f}d\u{1f}nonsense"])
    func whatCantBeReadIsNotLost(_ text: String) {
        #expect(Draft(text: text).content == text)
    }
}

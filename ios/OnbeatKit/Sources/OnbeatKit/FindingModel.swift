import Observation
import OnbeatCore

/// A finding or question: what made it, what was said of it, and the rep's own answer.
@MainActor @Observable public final class FindingModel {
    public private(set) var explained: Explained?
    /// What core says of it, a line a sentence.
    public private(set) var sentences: [String] = []
    public let id: String
    @ObservationIgnored private let day: TodayModel
    @ObservationIgnored private let language: Language

    public init(id: String, day: TodayModel, language: Language) {
        (self.id, self.day, self.language) = (id, day, language)
    }

    public func load() async {
        let id = id
        guard let explained = await day.view({ try $0.explain(at: $1.at, finding: id) }) else { return }
        sentences = said(explanation: explained.explanation, language: language)
        self.explained = explained
    }

    /// What was confirmed is appealed, and another person decides; anything else is answered, as often as he likes.
    public var isAppeal: Bool { explained?.isAppealed == true }

    /// A reason that can excuse it, by one tap.
    public func give(_ reason: ExceptionKind) async {
        if await day.act(.giveReasonFor(finding: id, reason)) { await load() }
    }

    public func send(_ words: String) async -> Bool {
        guard await day.act(.reply(finding: id, words: words)) else { return false }
        await load()
        return true
    }
}

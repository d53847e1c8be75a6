import OnbeatCore

/// A report as far as it is written. Core keeps it as one text, never sends it, and drops it with the report.
public struct Draft: Equatable, Sendable {
    public var purpose = ""
    public var content = ""
    public var feedback = ""
    public var nextStep = ""
    public var outcome = Outcome.met

    /// In the order in which they are offered.
    public static let outcomes: [Outcome] = [.met, .absent, .closed, .refused]

    /// ASCII's unit separator: no keyboard types it.
    private static let between: Character = "\u{1f}"

    public init() {}

    /// What was reported before, to be mended.
    public init(_ report: Report) {
        (purpose, content, feedback) = (report.purpose, report.content, report.feedback)
        (nextStep, outcome) = (report.nextStep, report.outcome)
    }

    /// Of a kept text; what can't be read is all taken for content, since words must not get lost.
    public init(text: String) {
        let fields = text.split(separator: Self.between, omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 5, let outcome = Self.outcomes.first(where: { "\($0)" == fields[4] }) else {
            content = text
            return
        }
        (purpose, content, feedback, nextStep) = (fields[0], fields[1], fields[2], fields[3])
        self.outcome = outcome
    }

    public var text: String {
        [purpose, content, feedback, nextStep, "\(outcome)"].joined(separator: String(Self.between))
    }

    public func report(of visit: String) -> Report {
        Report(
            visit: visit, purpose: purpose, content: content, feedback: feedback, nextStep: nextStep, outcome: outcome)
    }
}

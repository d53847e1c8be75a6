import OnbeatCore
import OnbeatKit
import SwiftUI

/// What was found or asked, what it stands on, what was said of it, and the rep's own answer.
struct FindingScreen: View {
    let day: TodayModel
    @State private var model: FindingModel
    @State private var own = ""
    @Environment(\.dismiss) private var dismiss

    init(id: String, day: TodayModel) {
        self.day = day
        _model = State(initialValue: FindingModel(id: id, day: day, language: Said.language))
    }

    var body: some View {
        List {
            if let explained = model.explained {
                Stands(explained: explained, sentences: model.sentences)
                WhatWasSaid(explained: explained)
                ReasonsGiven(reasons: explained.reasonsGiven, zone: explained.explanation.zone)
                OfferedReasons(reasons: explained.reasonsOffered, give: model.give)
                answer
            }
            ProblemSaid(problem: day.problem)
        }
        .navigationTitle(model.explained.map { words("kind", of: $0.explanation.finding.kind) } ?? "")
        .task { await model.load() }
    }

    private var answer: some View {
        Section {
            TextField("finding.your_words", text: $own, axis: .vertical)
                .lineLimit(2...6)
            Button("finding.send") { Task { if await model.send(own) { dismiss() } } }
                .disabled(own.isEmpty)
        } header: {
            Text(model.isAppeal ? "finding.appeal" : "finding.answer")
        } footer: {
            Text(model.isAppeal ? "finding.appeal_what" : "finding.answer_what")
        }
    }
}

/// Where it stands, what made it, and the positions behind it.
private struct Stands: View {
    let explained: Explained
    let sentences: [String]

    var body: some View {
        let finding = explained.explanation.finding
        Section {
            ForEach(Array(sentences.enumerated()), id: \.offset) { _, sentence in Text(verbatim: sentence) }
        } header: {
            Text(words("state", of: finding.state))
        } footer: {
            Text(finding.class == .question ? "finding.is_question" : "finding.is_finding")
        }
        if let sketch = explained.sketch {
            Section {
                FixSketch(sketch: sketch)
            } header: {
                Text("finding.fixes")
            } footer: {
                Text("finding.fixes_what")
            }
        }
    }
}

/// While a reason can excuse it.
private struct OfferedReasons: View {
    let reasons: [ExceptionKind]
    let give: (ExceptionKind) async -> Void

    var body: some View {
        if !reasons.isEmpty {
            Section {
                ReasonButtons(reasons: reasons, give: give)
            } header: {
                Text("given.reason_asked")
            } footer: {
                Text("given.reason_asked_what")
            }
        }
    }
}

/// What people said, in order.
private struct WhatWasSaid: View {
    let explained: Explained

    var body: some View {
        if !explained.answers.isEmpty || !explained.decisions.isEmpty || !explained.appeals.isEmpty {
            Section("finding.said") {
                ForEach(Array(explained.answers.enumerated()), id: \.offset) { _, answer in
                    Text("finding.you_said \(answer.text)")
                }
                ForEach(Array(explained.decisions.enumerated()), id: \.offset) { _, decision in
                    Text("finding.decided \(decision.by) \(text("state", of: decision.state)) \(decision.reason)")
                }
                ForEach(Array(explained.appeals.enumerated()), id: \.offset) { _, appeal in
                    Text("finding.you_appealed \(appeal.text)")
                }
            }
        }
    }
}

import OnbeatCore
import OnbeatKit
import SwiftUI

/// One button for what comes next, as core says it.
struct NextStep: View {
    let today: Today
    let model: TodayModel

    var body: some View {
        switch today.next {
        case .rest: EmptyView()
        case .endBreak: button("today.end_break", .endBreak)
        case .endPrivate: button("today.end_private", .endPrivate)
        case .signIn: button("today.sign_in", .signIn)
        case .checkOut(let visit): link("today.go_check_out \(visit.shownName)", .visit(visit.visit, on: today.day.day))
        case .report(let visit): link("today.go_report \(visit.shownName)", .visit(visit.visit, on: today.day.day))
        case .visit(nil): link("today.choose_customer", .customers)
        case .visit(let near?):
            button(
                "today.check_in_at \(near.customer.name) \(Said.length(near.distanceMm ?? 0))",
                .checkIn(customer: near.customer.id, purpose: ""))
        }
    }

    private func button(_ words: LocalizedStringKey, _ act: Act) -> some View {
        Section {
            Button(words) { Task { await model.act(act) } }
                .font(.headline)
        }
    }

    private func link(_ words: LocalizedStringKey, _ to: Destination) -> some View {
        Section {
            NavigationLink(words, value: to)
                .font(.headline)
        }
    }
}

import Foundation
import OnbeatCore
import OnbeatKit
import SwiftUI

/// The rep's districts, his customers and where he was last seen; below it the same in words.
struct MapScreen: View {
    let day: TodayModel
    @State private var model: MapModel

    init(day: TodayModel) {
        self.day = day
        _model = State(initialValue: MapModel(day: day))
    }

    var body: some View {
        List {
            if let map = model.map {
                Section {
                    Zoomed(map: map)
                } footer: {
                    Text("map.what")
                }
                InWords(map: map)
            }
            ProblemSaid(problem: day.problem)
        }
        .navigationTitle("map.map")
        .refreshable { await model.load() }
        .task { await model.load() }
    }
}

/// What the drawing shows, for those who do not see it too.
private struct InWords: View {
    let map: MapView

    var body: some View {
        Section {
            if let here = map.here {
                Text(words("map.place", of: here.seen.place))
            } else {
                Text("today.not_seen")
            }
            ForEach(map.customers, id: \.near.customer.id) { customer in
                Row(title: Text(verbatim: customer.near.customer.name), more: Text(verbatim: more(customer)))
            }
        }
        let noGo = map.areas.filter { $0.kind == .noGo && !$0.name.isEmpty }
        if !noGo.isEmpty {
            Section("map.no_go") {
                ForEach(Array(noGo.enumerated()), id: \.offset) { _, area in Text(verbatim: area.name) }
            }
        }
    }

    private func more(_ customer: MapCustomer) -> String {
        let distance = customer.near.distanceMm.map { String(localized: "customers.away \(Said.length($0))") }
        let visited = customer.visited ? String(localized: "map.visited") : nil
        return [distance, visited].compactMap { $0 }.joined(separator: " · ")
    }
}

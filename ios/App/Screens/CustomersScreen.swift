import Foundation
import OnbeatCore
import OnbeatKit
import SwiftUI

/// The rep's customers, nearest first; core searches.
struct CustomersScreen: View {
    let day: TodayModel
    @State private var model: CustomersModel
    @State private var wanted = ""
    @Environment(\.dismiss) private var dismiss

    init(day: TodayModel) {
        self.day = day
        _model = State(initialValue: CustomersModel(day: day))
    }

    var body: some View {
        List {
            ProblemSaid(problem: day.problem)
            if model.isLoaded, model.near.isEmpty { Text("customers.none").foregroundStyle(.secondary) }
            ForEach(model.near, id: \.customer.id) { near in
                CustomerRow(near: near) {
                    if await model.checkIn(near.customer) { dismiss() }
                }
            }
        }
        .navigationTitle("customers.title")
        .searchable(text: $wanted, prompt: "customers.search")
        .task(id: wanted) { await model.search(wanted) }
    }
}

private struct CustomerRow: View {
    let near: CustomerNear
    let checkIn: @MainActor () async -> Void
    @Environment(\.openURL) private var open

    var body: some View {
        VStack(alignment: .leading, spacing: 8) {
            Text(verbatim: near.customer.name).font(.headline)
            if let distance = near.distanceMm {
                Text("customers.away \(Said.length(distance))").foregroundStyle(.secondary)
            }
            HStack {
                Button("customers.check_in") { Task { await checkIn() } }
                if let way { Button("customers.navigate") { open(way) } }
                if let call { Button("customers.call") { open(call) } }
            }
            .buttonStyle(.bordered)
        }
    }

    /// In WGS 84: China's maps are shifted against it by some hundred metres, so the name goes along.
    private var way: URL? {
        let (lat, lon) = (Double(near.customer.latE9) / 1e9, Double(near.customer.lonE9) / 1e9)
        var url = URLComponents(string: "https://maps.apple.com/")
        url?.queryItems = [
            URLQueryItem(name: "daddr", value: "\(lat),\(lon)"), URLQueryItem(name: "q", value: near.customer.name),
        ]
        return url?.url
    }

    private var call: URL? { near.customer.landline.flatMap { URL(string: "tel:\($0)") } }
}

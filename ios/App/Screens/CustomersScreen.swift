import Foundation
import OnbeatCore
import OnbeatKit
import SwiftUI
import UIKit

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
            if model.isLoaded, model.near.isEmpty { Text("customers.no_customers").foregroundStyle(.secondary) }
            ForEach(model.near, id: \.customer.id) { near in
                CustomerRow(near: near) {
                    if await model.checkIn(near.customer) { dismiss() }
                }
            }
        }
        .navigationTitle("customers.customers")
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
            SideBySide {
                Button("customers.check_in") { Task { await checkIn() } }
                if let way { Button("customers.navigate") { open(way) } }
                if let call { Button("customers.call") { open(call) } }
            }
            .buttonStyle(.bordered)
        }
    }

    /// By the first app for maps that is there.
    private var way: URL? {
        waysTo(customer: near.customer, on: .ios).compactMap(URL.init(string:)).first { UIApplication.shared.canOpenURL($0) }
    }

    private var call: URL? { near.customer.landline.flatMap { URL(string: "tel:\($0)") } }
}

import Observation
import OnbeatCore

/// The rep's customers, nearest first.
@MainActor @Observable public final class CustomersModel {
    public private(set) var near: [CustomerNear] = []
    public private(set) var isLoaded = false
    @ObservationIgnored private let day: TodayModel

    public init(day: TodayModel) { self.day = day }

    public func search(_ wanted: String) async {
        guard let found = await day.view({ try $0.customers(reading: $1, search: wanted) }) else { return }
        near = found
        isLoaded = true
    }

    public func checkIn(_ customer: Customer) async -> Bool {
        await day.act(.checkIn(customer: customer.id, purpose: ""))
    }
}

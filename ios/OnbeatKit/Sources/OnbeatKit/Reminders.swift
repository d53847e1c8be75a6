import OnbeatCore

/// Has the rep told when recording begins: nothing of iOS starts by the clock, so it takes his tap.
@MainActor final class Reminders {
    private let phone: PhoneHolder
    private let notices: any Notices

    init(phone: PhoneHolder, notices: any Notices) { (self.phone, self.notices) = (phone, notices) }

    /// Plans the openings that core lists in place of those planned before. None where nothing would be recorded, or where
    /// the rep does not want to be told.
    func plan() async {
        do {
            notices.planOpenings(inMs: await notices.areAllowed() ? try await openings() : [])
        } catch PhoneError.NotEnrolled, PhoneError.NoReference, PhoneError.Wiped {
            notices.planOpenings(inMs: [])
        } catch {
            // What can't be read now, as before the first unlock, takes nothing back.
        }
    }

    /// From now on, by core's time: the phone's clock may be set otherwise.
    private func openings() async throws -> [Int64] {
        try await phone.call { phone, at in
            let today = try phone.today(at: at)
            guard today.records else { return [] }
            return try phone.openings(at: at).map { $0 - today.nowMs }
        }
    }
}

extension Today {
    /// The rep's place is recorded on this phone, whenever the window is open: he agreed, and it is his phone.
    var records: Bool { location == .agreed && replacedMs == nil }
}

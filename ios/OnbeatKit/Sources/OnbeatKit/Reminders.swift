import OnbeatCore

/// Has the rep told when recording begins: nothing of iOS starts by the clock, so it takes his tap.
@MainActor final class Reminders {
    private let phone: PhoneHolder
    private let notices: any Notices

    init(phone: PhoneHolder, notices: any Notices) { (self.phone, self.notices) = (phone, notices) }

    /// Plans the openings that core lists in place of those planned before: none where nothing would be recorded. None
    /// either where the rep does not want to be told.
    func plan() async {
        do {
            let isAllowed = await notices.areAllowed()
            notices.plan(isAllowed ? try await phone.call { phone, at in try phone.openings(at: at) } : [])
        } catch PhoneError.NotEnrolled, PhoneError.NoReference, PhoneError.Wiped {
            notices.plan([])
        } catch {
            // What can't be read now, as before the first unlock, takes nothing back.
        }
    }
}

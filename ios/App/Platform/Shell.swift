import Foundation
import Observation
import OnbeatCore
import OnbeatKit
import UIKit

/// The app of this process: the first launch and, once the phone is open, the day with what records it.
@MainActor @Observable final class Shell {
    let app = AppModel(consents: KeptFile(Places.consents)) { Places.home }
    let permissions = PermissionsModel(system: ThisPhonesPermissions(), file: KeptFile(Places.asked))
    private(set) var day: TodayModel?
    @ObservationIgnored private var recorder: Recorder?
    @ObservationIgnored private let hold = LocationHold()

    /// The system may have launched the app for a position: what records is there before any screen is.
    init() {
        hold.resume()
        observe(UIApplication.protectedDataDidBecomeAvailableNotification) { await $0.unlock() }
        observe(.NSProcessInfoPowerStateDidChange) { $0.noteSaver() }
        Task { await comeToFront() }
    }

    /// The phone may have been locked so far.
    func comeToFront() async {
        await app.start()
        await follow()
    }

    /// The first unlock after a restart: only now the app's files and keys can be read. iOS tells each later one too.
    private func unlock() async {
        guard app.stage == .locked else { return }
        hold.resume()
        await comeToFront()
        // Nothing could be asked for so far.
        await goAway()
    }

    /// The rep opens the app.
    func open() async {
        await comeToFront()
        await day?.note(ThisPhonesTraces().traces)
        await day?.sendUnseen()
        // The desk may have replaced the phone or given it up, or changed the page on location.
        await comeToFront()
    }

    /// After each step of the first launch, and once a permission was given or taken.
    func follow() async {
        if app.stage == .left {
            // It finds the phone empty, and asks for nothing any more.
            try? await recorder?.look()
            (day, recorder) = (nil, nil)
        }
        guard app.stage == .ready, let phone = app.phone else {
            if app.stage != .starting, app.stage != .locked { settle() }
            return
        }
        if day == nil {
            prepare(phone)
            await day?.noteStart(by: UIApplication.shared.applicationState == .background ? .system : .opened)
        }
        await day?.refresh()
        await permissions.look(placesAreAgreed: app.location == .agreed)
        // What it fails of stands on the screen already.
        try? await recorder?.look()
        settle()
    }

    /// What was held at the launch is let go of, where it is known now that nothing records.
    private func settle() {
        if recorder?.isOn != true { hold.end() }
    }

    /// At enrolment, and any time after from the settings; the desk learns of it.
    func answerLocation(_ agrees: Bool) async {
        await app.answerLocation(agrees)
        await follow()
        await day?.sendUnseen()
    }

    /// What was here is deleted: another code connects the phone.
    func beginAnew() async {
        await app.beginAnew()
        await follow()
    }

    /// Deletes what a replaced phone holds.
    func leave() async {
        await app.leave()
        await follow()
    }

    func allow(_ permission: Permission) async {
        await permissions.allow(permission, placesAreAgreed: app.location == .agreed)
        if permission == .motion { recorder?.senseMotion() }
        if permission == .notifications { try? await recorder?.look() }
    }

    func putOff(_ permission: Permission) async {
        await permissions.putOff(permission, placesAreAgreed: app.location == .agreed)
    }

    /// The app leaves the screen.
    func goAway() async {
        if let seconds = await day?.nextUnseenS() { BackgroundSync.ask(inS: seconds) }
    }

    /// The system gives some moments while the app is closed, sooner than core asked for them or later.
    func syncUnseen() async {
        await comeToFront()
        if await day?.nextUnseenS() == 0 { await day?.sendUnseen() }
        await goAway()
    }

    private func prepare(_ phone: PhoneHolder) {
        let session = LocationSession(
            hold: hold, take: { [weak self] fix in Task { await self?.day?.take(fix) } },
            note: { [weak self] in self?.note($0) },
            changed: { [weak self] in Task { await self?.follow() } })
        let notices = LocalNotices(
            reason: { [weak self] in await self?.give($0) }, opens: { [weak self] in await self?.follow() })
        let recorder = Recorder(phone: phone, sensor: session, motion: StillSensor(), notices: notices)
        self.recorder = recorder
        day = TodayModel(phone: phone, recorder: recorder)
    }

    /// For as long as the process lasts.
    private func observe(_ name: Notification.Name, _ tell: @escaping @MainActor (Shell) async -> Void) {
        _ = NotificationCenter.default.addObserver(forName: name, object: nil, queue: .main) { [weak self] _ in
            MainActor.assumeIsolated {
                guard let self else { return }
                Task { await tell(self) }
            }
        }
    }

    /// Fixes may come more rarely then: a fact, noted while it records.
    private func noteSaver() {
        guard recorder?.isOn == true, ProcessInfo.processInfo.isLowPowerModeEnabled else { return }
        note(.batterySaver)
    }

    /// Answers why it was not taken.
    private func give(_ reason: ExceptionKind) async -> Problem? {
        guard let day, !(await day.act(.giveReason(reason))) else { return nil }
        return day.problem
    }

    private func note(_ cause: Cause) {
        Task { try? await recorder?.note(cause) }
    }
}

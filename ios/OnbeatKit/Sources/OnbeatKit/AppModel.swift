import Observation
import OnbeatCore

/// Which screen the app stands at, from the first launch on.
@MainActor @Observable public final class AppModel {
    public enum Stage: Equatable {
        case starting
        /// The privacy page: before it is agreed to, nothing is opened and nobody is asked.
        case privacy
        case enrolment
        case location
        case ready
        /// The phone was not unlocked since its start.
        case locked
        /// A code of the desk is needed to read what is on the phone.
        case keyLost
        /// What was here is deleted, as the rep wished or the company: the phone may be connected anew.
        case left
        case failed(Problem)
    }

    public private(set) var stage = Stage.starting
    /// There once the phone is open.
    public private(set) var phone: PhoneHolder?
    private var consents = Consents()
    /// Why the newest act did not succeed.
    public private(set) var problem: Problem?

    /// What the rep said to recording his place, and the company's page on it, where it has one.
    public private(set) var location = LocationAnswer.notAsked
    public private(set) var notice: Notice?

    @ObservationIgnored private let file: KeptFile<Consents>
    @ObservationIgnored private let home: @Sendable () -> PhoneHome
    @ObservationIgnored private var opening: Task<Opening, Never>?

    /// `home` is asked for once the privacy page is agreed to.
    public init(consents file: KeptFile<Consents>, home: @escaping @Sendable () -> PhoneHome) {
        self.file = file
        self.home = home
    }

    /// Opens what may be opened; again after the first unlock.
    public func start() async {
        guard readConsents() else {
            stage = .locked
            return
        }
        guard consents.privacyIsAgreed else {
            stage = .privacy
            return
        }
        if phone == nil {
            switch await open() {
            case .open(let opened): phone = opened
            case .locked: stage = .locked
            case .keyLost: stage = .keyLost
            case .failed(let why): stage = .failed(why)
            }
        }
        await move()
    }

    /// Before the first unlock nobody knows whether the rep agreed: then it waits, and takes nothing for granted.
    private func readConsents() -> Bool {
        guard !consents.privacyIsAgreed else { return true }
        guard let kept = try? file.read() ?? Consents() else { return false }
        consents = kept
        return true
    }

    /// A launch and the screen that follows it may both ask: the folder opens once.
    private func open() async -> Opening {
        let home = home
        let task = opening ?? Task.detached { home().open() }
        opening = task
        defer { opening = nil }
        return await task.value
    }

    public func agreeToPrivacy() async {
        await act {
            consents.agreeToPrivacy()
            try file.write(consents)
        }
        await start()
    }

    /// Scanned or typed.
    public func enrol(link: String, device: Device, grade: Grade) async {
        await act {
            guard let phone else { return }
            try await phone.call { phone, _ in try phone.enrol(link: link, grade: grade, device: device) }
            _ = try await phone.sync()
        }
        await move()
    }

    /// By a code that the desk made for this phone, whose key was lost.
    public func recover(link: String) async {
        let home = home
        await act { try await Task.detached { try home().recover(link: link) }.value }
        if problem == nil { await start() }
    }

    /// At enrolment, and any time after from the settings.
    public func answerLocation(_ agrees: Bool) async {
        await act {
            try await phone?.call { phone, at in try phone.answerLocation(at: at, agrees: agrees) }
        }
        await move()
    }

    /// Another phone took the place of this one, and all has arrived: what it holds is deleted.
    public func leave() async {
        await act {
            try await phone?.call { phone, _ in try phone.leave() }
            stage = .left
        }
    }

    /// A phone that holds nothing any more is connected anew.
    public func beginAnew() async {
        guard stage == .left else { return }
        await phone?.close()
        (phone, stage) = (nil, .starting)
        await start()
    }

    private struct Seen: Sendable {
        let stream: String
        /// None before the first sync.
        let today: Today?
        let notice: Notice?
    }

    /// To the screen that fits what is there.
    private func move() async {
        guard let phone else { return }
        do {
            let seen = try await phone.call { phone, at in
                Seen(stream: try phone.heads().stream, today: try? phone.today(at: at), notice: try phone.notice())
            }
            location = seen.today?.location ?? .notAsked
            notice = seen.notice
            stage = seen.today?.asksLocation == true && seen.today?.replacedMs == nil ? .location : .ready
            let home = home
            // Without it a lost key can't be fetched back; all else goes on.
            try? await Task.detached { try home().remember(stream: seen.stream) }.value
        } catch PhoneError.NotEnrolled {
            stage = .enrolment
        } catch PhoneError.Wiped {
            stage = .left
        } catch {
            stage = .failed(error.problem)
        }
    }

    private func act(_ body: () async throws -> Void) async {
        problem = nil
        do { try await body() } catch { problem = error.problem }
    }
}

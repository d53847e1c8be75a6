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
        case failed(Problem)
    }

    public private(set) var stage = Stage.starting
    /// There once the phone is open.
    public private(set) var phone: PhoneHolder?
    public private(set) var consents: Consents
    /// Why the newest act did not succeed.
    public private(set) var problem: Problem?

    /// Without it nothing is recorded; all else works.
    public var locationIsAgreed: Bool { consents.locationIsAgreed }

    @ObservationIgnored private let file: ConsentFile
    @ObservationIgnored private let home: @Sendable () -> PhoneHome
    @ObservationIgnored private var opening: Task<Opening, Never>?

    /// `home` is asked for once the privacy page is agreed to.
    public init(consents file: ConsentFile, home: @escaping @Sendable () -> PhoneHome) {
        self.file = file
        self.home = home
        consents = file.read()
    }

    /// Opens what may be opened; again after the first unlock.
    public func start() async {
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
            consents.answerLocation(agrees)
            try file.write(consents)
        }
        await move()
    }

    /// To the screen that fits what is there.
    private func move() async {
        guard let phone else { return }
        do {
            let stream = try await phone.call { phone, _ in try phone.heads().stream }
            let home = home
            // Without it a lost key can't be fetched back; all else goes on.
            try? await Task.detached { try home().remember(stream: stream) }.value
            stage = consents.locationIsAnswered ? .ready : .location
        } catch PhoneError.NotEnrolled {
            stage = .enrolment
        } catch {
            stage = .failed(error.problem)
        }
    }

    private func act(_ body: () async throws -> Void) async {
        problem = nil
        do { try await body() } catch { problem = error.problem }
    }
}

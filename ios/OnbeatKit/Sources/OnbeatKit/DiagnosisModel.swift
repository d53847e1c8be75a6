import Observation
import OnbeatCore

/// What a help desk asks for.
@MainActor @Observable public final class DiagnosisModel {
    public private(set) var diagnosis: Diagnosis?
    @ObservationIgnored private let day: TodayModel

    public init(day: TodayModel) { self.day = day }

    public func load() async {
        diagnosis = await day.view { phone, _ in try phone.diagnosis() } ?? diagnosis
    }
}

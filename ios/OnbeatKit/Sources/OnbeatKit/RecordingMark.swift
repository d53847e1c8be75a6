import Foundation

/// Until when it records, kept over the end of the process: at the next launch what iOS wants to be held anew is held at
/// once, before the phone is open. Whether it records then is core's to say.
///
/// What can't be kept or read, as before the first unlock, is as if it had not recorded.
public struct RecordingMark: Sendable {
    private let file: KeptFile<Date>

    public init(_ file: KeptFile<Date>) { self.file = file }

    public func keep(until: Date) { try? file.write(until) }

    public func forget() {
        if goesOn(at: .distantPast) { try? file.write(.distantPast) }
    }

    /// It recorded as the process ended, and the window has not closed meanwhile.
    public func goesOn(at now: Date) -> Bool {
        guard let until = try? file.read() else { return false }
        return now < until
    }
}

import Foundation
import OnbeatCore

/// What the rep does by one button: each is one call of the phone.
public enum Act: Equatable, Sendable {
    case signIn
    case checkIn(customer: String, purpose: String)
    /// With the report as far as it is written.
    case checkOut(Report)
    case saveReport(Report)
    case addPhoto(visit: String, jpeg: Data)
    case startBreak
    case endBreak
    case startPrivate
    case endPrivate
    case giveReason(ExceptionKind)
    case giveReasonFor(finding: String, ExceptionKind)
    case reply(finding: String, words: String)
}

extension Phone {
    /// Does it, here and now.
    public func perform(_ act: Act, _ reading: Reading) throws {
        let at = reading.at
        switch act {
        case .signIn: _ = try signIn(reading: reading, note: "")
        case .checkIn(let customer, let purpose):
            _ = try checkIn(reading: reading, customer: customer, purpose: purpose)
        case .checkOut(let report): try checkOut(reading: reading, report: report)
        case .saveReport(let report): try saveReport(reading: reading, report: report)
        case .addPhoto(let visit, let jpeg):
            _ = try addPhoto(reading: reading, visit: visit, bytes: jpeg, mediaType: "image/jpeg")
        case .startBreak: try breakStart(at: at)
        case .endBreak: try breakEnd(at: at)
        case .startPrivate: try privateStart(at: at)
        case .endPrivate: try privateEnd(at: at)
        case .giveReason(let reason):
            guard try giveReasonNow(at: at, reason: reason) else { throw NotTaken.reasonNotAsked }
        case .giveReasonFor(let finding, let reason):
            guard try giveReasonFor(at: at, finding: finding, reason: reason) else { throw NotTaken.reasonNotAsked }
        case .reply(let finding, let words): try reply(at: at, finding: finding, words: words)
        }
    }
}

/// Core had no use for it any more: nothing was recorded.
enum NotTaken: Coded {
    /// The rep is back, has said why, or a person has decided.
    case reasonNotAsked
    var code: String { "reason_not_asked" }
}

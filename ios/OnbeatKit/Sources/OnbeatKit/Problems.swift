import OnbeatCore

/// An error of the kit's own with a code as core's have.
protocol Coded: Error {
    var code: String { get }
}

extension Error {
    /// Why a call failed: core's own code, or the server's where that refused, and words for the help desk.
    public var problem: Problem {
        switch self {
        case let error as PhoneError: Problem(code: error.code(), message: error.words())
        case let error as any Coded: Problem(code: error.code, message: "")
        default: Problem(code: "other", message: String(describing: self))
        }
    }
}

extension Problem {
    /// Codes that have words of their own; the rest is said in general, with core's words beside it.
    public static let said: Set<String> = [
        "already_open", "already_enrolled", "bad_code", "bad_link", "bad_photo", "busy", "damaged", "disk_full",
        "key_gone", "key_locked", "location_refused", "network", "newer_version", "no_reference", "not_found",
        "not_ready", "reason_not_asked", "replaced", "retired", "revoked", "still_waiting", "storage_full", "too_often",
        "unknown_device", "unknown_stream", "untrusted", "wiped", "wrong_key",
    ]

    /// Where its words are found.
    public var word: String { Self.said.contains(code) ? code : "other" }
}

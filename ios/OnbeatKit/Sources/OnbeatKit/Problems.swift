import OnbeatCore

extension Error {
    /// Why a call failed, as core says it: its own code, or the server's where the server refused.
    public var problem: Problem {
        let said = String(describing: self)
        let name = String(said.prefix { $0 != "(" })
        guard let error = self as? PhoneError else { return Problem(code: name.snakeCase, message: said) }
        let message = error.message
        if case .Refused = error, let code = message.codeOfServer { return Problem(code: code, message: message) }
        return Problem(code: name.snakeCase, message: message)
    }
}

extension Problem {
    /// Codes that have words of their own; the rest is said in general, with core's words beside it.
    public static let said: Set<String> = [
        "already_open", "already_enrolled", "bad_code", "bad_link", "bad_photo", "busy", "damaged", "disk_full",
        "location_refused", "network", "newer_version", "no_reference", "not_found", "not_ready", "replaced",
        "retired", "revoked", "sign", "still_waiting", "storage_full", "too_often", "unknown_device",
        "unknown_stream", "untrusted", "wiped", "wrong_key",
    ]

    /// Where its words are found.
    public var word: String { Self.said.contains(code) ? code : "other" }
}

extension PhoneError {
    /// Core's words, in English.
    fileprivate var message: String {
        let value = Mirror(reflecting: self).children.first?.value
        return value as? String ?? (value.flatMap { Mirror(reflecting: $0).children.first?.value } as? String) ?? ""
    }
}

extension String {
    /// `BadLink` is core's `bad_link`.
    fileprivate var snakeCase: String {
        var words = ""
        for letter in self {
            if letter.isUppercase, !words.isEmpty { words.append("_") }
            words.append(contentsOf: letter.lowercased())
        }
        return words
    }

    /// The bindings hand on of a refusal what it says, not its fields: `the server refused: bad_code: …`.
    fileprivate var codeOfServer: String? {
        let parts = split(separator: ":", maxSplits: 2)
        guard parts.count == 3 else { return nil }
        let code = parts[1].drop { $0 == " " }
        return code.allSatisfy { $0 == "_" || ($0.isASCII && $0.isLowercase) } ? String(code) : nil
    }
}

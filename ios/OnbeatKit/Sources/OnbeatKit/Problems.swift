import OnbeatCore

extension Error {
    /// The name of an error, to find its words by: `WrongKey`, `Network`, …
    public var code: String {
        String(String(describing: self).prefix { $0 != "(" })
    }
}

import Foundation
import OnbeatCore

/// The phone's key: ECDSA P-256. On a device it never leaves the Secure Enclave.
public protocol SigningKey: Sendable {
    /// Signs over SHA-256: 64 bytes, raw r and s.
    func sign(_ message: Data) throws(SignError) -> Data
    /// 65 bytes, an uncompressed point. Throws `KeyGone` where there is none, `Locked` before the first unlock.
    func publicKey() throws(SignError) -> Data
    /// A new key in place of the one so far; its public half.
    func renew() throws(SignError) -> Data
}

/// What core asks of the device.
final class DevicePlatform: Platform {
    private let key: any SigningKey
    private let clock: any PhoneClock

    init(key: any SigningKey, clock: any PhoneClock) {
        self.key = key
        self.clock = clock
    }

    func sign(message: Data) throws -> Data { try key.sign(message) }
    func publicKey() throws -> Data { try key.publicKey() }
    func newKey() throws -> Data { try key.renew() }
    func elapsedMs() -> Int64 { clock.now().elapsedMs }

    func random(n: UInt32) -> Data { Data.random(count: Int(n)) }
}

extension Data {
    /// From the system's cryptographic source.
    static func random(count: Int) -> Data {
        var source = SystemRandomNumberGenerator()
        return Data((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &source) })
    }
}

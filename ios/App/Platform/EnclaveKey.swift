import CryptoKit
import Foundation
import OnbeatCore
import OnbeatKit
import Security

/// The signing key in the Secure Enclave: it signs without asking the rep, after the first unlock. What the Keychain
/// keeps of it is sealed to this device's Enclave, and of no use elsewhere.
struct EnclaveKey: SigningKey {
    private static let name = "org.onbeat.signing-key"
    private let keychain = Keychain()

    func sign(_ message: Data) throws(SignError) -> Data {
        let key = try key()
        do {
            return try key.signature(for: message).rawRepresentation
        } catch {
            throw .Failed(why: "\(error)")
        }
    }

    func publicKey() throws(SignError) -> Data { try key().publicKey.x963Representation }

    func renew() throws(SignError) -> Data {
        do {
            let access = SecAccessControlCreateWithFlags(
                nil, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, .privateKeyUsage, nil)
            guard let access else { throw SignError.Failed(why: "the system makes no access control") }
            let key = try SecureEnclave.P256.Signing.PrivateKey(accessControl: access)
            try keychain.write(key.dataRepresentation, Self.name)
            return key.publicKey.x963Representation
        } catch {
            throw Self.why(error)
        }
    }

    private func key() throws(SignError) -> SecureEnclave.P256.Signing.PrivateKey {
        do {
            guard let sealed = try keychain.read(Self.name) else { throw SignError.KeyGone }
            return try SecureEnclave.P256.Signing.PrivateKey(dataRepresentation: sealed)
        } catch {
            throw Self.why(error)
        }
    }

    private static func why(_ error: any Error) -> SignError {
        switch error {
        case VaultError.locked: .Locked
        case let error as SignError: error
        default: .Failed(why: "\(error)")
        }
    }
}

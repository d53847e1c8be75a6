import Foundation
import OnbeatKit
import Security

/// The Keychain of this device: readable after the first unlock, never copied to another one.
struct Keychain: KeyVault {
    private static let databaseKeyName = "org.onbeat.database-key"

    func databaseKey() throws(VaultError) -> Data? { try read(Self.databaseKeyName) }
    func keep(databaseKey: Data) throws(VaultError) { try write(databaseKey, Self.databaseKeyName) }

    func read(_ name: String) throws(VaultError) -> Data? {
        var found: CFTypeRef?
        let query = item(name).merging([kSecReturnData as String: true]) { $1 }
        switch SecItemCopyMatching(query as CFDictionary, &found) {
        case errSecSuccess: return found as? Data
        case errSecItemNotFound: return nil
        case errSecInteractionNotAllowed: throw .locked
        case let status: throw .failed("Keychain \(status)")
        }
    }

    func write(_ data: Data, _ name: String) throws(VaultError) {
        SecItemDelete(item(name) as CFDictionary)
        let protection: [String: Any] = [
            kSecValueData as String: data,
            kSecAttrAccessible as String: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
        ]
        switch SecItemAdd(item(name).merging(protection) { $1 } as CFDictionary, nil) {
        case errSecSuccess: return
        case errSecInteractionNotAllowed: throw .locked
        case let status: throw .failed("Keychain \(status)")
        }
    }

    private func item(_ name: String) -> [String: Any] {
        [kSecClass as String: kSecClassGenericPassword, kSecAttrAccount as String: name]
    }
}

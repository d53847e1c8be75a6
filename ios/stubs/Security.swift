// What the app uses of the Keychain, by its public declarations.
import Foundation

public typealias CFTypeRef = AnyObject
public typealias CFDictionary = NSDictionary
public typealias CFString = NSString
public typealias OSStatus = Int32
public final class SecAccessControl {}
public struct SecAccessControlCreateFlags: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    public static let privateKeyUsage = SecAccessControlCreateFlags(rawValue: 1)
}

public let kSecClass = "", kSecClassGenericPassword = "", kSecAttrAccount = "", kSecReturnData = "", kSecValueData = ""
public let kSecAttrAccessible = "", kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly = ""
public let errSecSuccess: OSStatus = 0, errSecItemNotFound: OSStatus = 1, errSecInteractionNotAllowed: OSStatus = 2

@discardableResult public func SecItemDelete(_ query: CFDictionary) -> OSStatus { fatalError() }
public func SecItemAdd(_ item: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus { fatalError() }
public func SecItemCopyMatching(_ query: CFDictionary, _ result: UnsafeMutablePointer<CFTypeRef?>?) -> OSStatus { fatalError() }
public func SecAccessControlCreateWithFlags(
    _ allocator: AnyObject?, _ protection: String, _ flags: SecAccessControlCreateFlags, _ error: AnyObject?
) -> SecAccessControl? { fatalError() }

// What the app uses of the Secure Enclave, by its public declarations.
import Foundation
import Security

public enum P256 {
    public enum Signing {
        public struct PublicKey: Sendable { public var x963Representation: Data { fatalError() } }
        public struct ECDSASignature: Sendable { public var rawRepresentation: Data { fatalError() } }
    }
}
public enum SecureEnclave {
    public enum P256 {
        public enum Signing {
            public struct PrivateKey: Sendable {
                public init(accessControl: SecAccessControl) throws { fatalError() }
                public init(dataRepresentation: Data) throws { fatalError() }
                public var dataRepresentation: Data { fatalError() }
                public var publicKey: CryptoKit.P256.Signing.PublicKey { fatalError() }
                public func signature(for data: Data) throws -> CryptoKit.P256.Signing.ECDSASignature { fatalError() }
            }
        }
    }
}

import Foundation
import OnbeatCore
import OnbeatKit

/// A key in a file, as the Secure Enclave's is in hardware.
final class SoftwareKey: SigningKey {
    private let file: URL

    init(file: URL) { self.file = file }

    func sign(_ message: Data) throws(SignError) -> Data { try pair().sign(message) }
    func publicKey() throws(SignError) -> Data { try pair().publicKey }

    func renew() throws(SignError) -> Data {
        let fresh = try P256.made()
        do { try fresh.bytes.write(to: file) } catch { throw .Failed(why: "\(error)") }
        return try fresh.publicKey
    }

    private func pair() throws(SignError) -> P256 {
        guard let bytes = try? Data(contentsOf: file) else { throw .KeyGone }
        return try P256(bytes: bytes)
    }
}

#if canImport(CryptoKit)
    import CryptoKit

    private struct P256 {
        private let key: CryptoKit.P256.Signing.PrivateKey

        static func made() throws(SignError) -> P256 { P256(key: CryptoKit.P256.Signing.PrivateKey()) }

        var bytes: Data { key.rawRepresentation }
        var publicKey: Data { get throws(SignError) { key.publicKey.x963Representation } }

        func sign(_ message: Data) throws(SignError) -> Data {
            do { return try key.signature(for: message).rawRepresentation } catch { throw .Failed(why: "\(error)") }
        }
    }

    extension P256 {
        init(bytes: Data) throws(SignError) {
            do { key = try .init(rawRepresentation: bytes) } catch { throw .Failed(why: "\(error)") }
        }
    }
#else
    import OpenSSL

    /// OpenSSL's answers are checked where they can fail; what it gives is freed.
    private final class P256 {
        private let key: OpaquePointer

        private init(_ key: OpaquePointer) { self.key = key }
        deinit { EVP_PKEY_free(key) }

        static func made() throws(SignError) -> P256 {
            let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil)
            defer { EVP_PKEY_CTX_free(context) }
            var key: OpaquePointer?
            guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
                EVP_PKEY_generate(context, &key) == 1, let key
            else { throw .Failed(why: "no key was made") }
            return P256(key)
        }

        convenience init(bytes: Data) throws(SignError) {
            let key = bytes.withUnsafeBytes { buffer in
                var start = buffer.bindMemory(to: UInt8.self).baseAddress
                return d2i_AutoPrivateKey(nil, &start, buffer.count)
            }
            guard let key else { throw .Failed(why: "the file holds no key") }
            self.init(key)
        }

        var bytes: Data { owned { i2d_PrivateKey(key, $0) } }

        var publicKey: Data {
            get throws(SignError) { owned { Int32(EVP_PKEY_get1_encoded_public_key(key, $0)) } }
        }

        func sign(_ message: Data) throws(SignError) -> Data {
            let context = EVP_MD_CTX_new()
            defer { EVP_MD_CTX_free(context) }
            var der = [UInt8](repeating: 0, count: Int(EVP_PKEY_get_size(key)))
            var length = der.count
            let message = [UInt8](message)
            guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
                EVP_DigestSign(context, &der, &length, message, message.count) == 1
            else { throw .Failed(why: "no signature was made") }
            return raw(der: Array(der.prefix(length)))
        }

        /// r and s, 32 bytes each.
        private func raw(der: [UInt8]) -> Data {
            var bytes = [UInt8](repeating: 0, count: 64)
            der.withUnsafeBufferPointer { buffer in
                var start = buffer.baseAddress
                let signature = d2i_ECDSA_SIG(nil, &start, buffer.count)
                bytes.withUnsafeMutableBufferPointer { halves in
                    BN_bn2binpad(ECDSA_SIG_get0_r(signature), halves.baseAddress, 32)
                    BN_bn2binpad(ECDSA_SIG_get0_s(signature), halves.baseAddress! + 32, 32)
                }
                ECDSA_SIG_free(signature)
            }
            return Data(bytes)
        }

        private func owned(_ fill: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32) -> Data {
            var start: UnsafeMutablePointer<UInt8>?
            let count = fill(&start)
            defer { CRYPTO_free(start, nil, 0) }
            return Data(bytes: start!, count: Int(count))
        }
    }
#endif

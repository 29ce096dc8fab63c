import Crypto
import FoundationEssentials

/// Proves that a value in Redis was written by somebody who has `redis.key`.
///
/// What stands there can be read and replaced by whoever reaches Redis. A seal says nothing but who wrote a value and under which
/// name, so a value cannot be forged, changed, or moved to another image's name; putting back an older value of the same image, or
/// removing one, stays possible and does no harm. Pixels are not hidden.
///
/// A seal of pixels, between their header and them:
///
/// | offset | bytes | what |
/// |---|---|---|
/// | 0 | 16 | random salt |
/// | 16 | 16 | AES-GMAC of the pixels, with a key derived from `redis.key`, the name and the salt |
/// | 32 | 32 | HMAC-SHA256 of the name, the header and the 32 bytes before |
///
/// So sizes are known to be right before memory is taken for them. GMAC, because it is three times as fast as SHA-256 where the processor
/// has both, and many times where it has AES alone; a key of its own for every value, because GMAC must not use one twice.
package struct RedisSeal: Sendable {
    /// The bytes of a seal of pixels.
    package static let byteCount = 64
    private static let saltSize = 16
    private static let tagSize = 16
    private static let provenSize = saltSize + tagSize

    private let key: SymmetricKey

    /// Makes the seal of all who share a secret.
    package init(secret: String) {
        self.key = SymmetricKey(data: SHA256.hash(data: Data("antenna-worker redis.key\n\(secret)".utf8)))
    }

    // MARK: Pixels

    /// Seals pixels.
    ///
    /// - Parameters:
    ///   - pixels: The pixels.
    ///   - header: The encoded header before them.
    ///   - name: The key that they are stored under.
    /// - Returns: The seal, to stand between the header and the pixels; nil when the library underneath fails.
    func seal(_ pixels: UnsafeRawBufferPointer, header: [UInt8], name: String) -> [UInt8]? {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<Self.saltSize).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let box = try? AES.GCM.seal(
            [UInt8](),
            using: pixelKey(name: name, salt: salt),
            nonce: AES.GCM.Nonce(data: Self.nonce),
            authenticating: pixels
        )
        guard let tag = box?.tag else { return nil }
        let proven = salt + tag
        return proven + code(for: "header", name: name, header + proven)
    }

    /// Whether a header was written under this name by somebody who has the key.
    ///
    /// - Parameters:
    ///   - head: The encoded header and the seal behind it.
    ///   - name: The key that it is stored under.
    /// - Returns: Whether sizes and layout can be believed.
    func vouches(forHeader head: [UInt8], name: String) -> Bool {
        guard head.count == TensorHeader.byteCount + Self.byteCount else { return false }
        let message = head.prefix(TensorHeader.byteCount + Self.provenSize)
        return isCode(head.dropFirst(message.count), for: "header", name: name, Array(message))
    }

    /// Whether pixels are those that a header was sealed with, which ``vouches(forHeader:name:)`` has said to be genuine.
    ///
    /// - Parameters:
    ///   - pixels: The pixels.
    ///   - head: The encoded header and the seal behind it.
    ///   - name: The key that they are stored under.
    /// - Returns: Whether the pixels can be believed.
    func vouches(for pixels: UnsafeRawBufferPointer, head: [UInt8], name: String) -> Bool {
        let seal = head.dropFirst(TensorHeader.byteCount)
        guard seal.count == Self.byteCount else { return false }
        let tag = seal.dropFirst(Self.saltSize).prefix(Self.tagSize)
        do {
            let box = try AES.GCM.SealedBox(nonce: AES.GCM.Nonce(data: Self.nonce), ciphertext: [UInt8](), tag: tag)
            let key = pixelKey(name: name, salt: Array(seal.prefix(Self.saltSize)))
            return try AES.GCM.open(box, using: key, authenticating: pixels).isEmpty
        } catch {
            return false
        }
    }

    // MARK: Names

    /// The value that proves that somebody who has the key wrote something under this name.
    package func mark(name: String) -> [UInt8] { code(for: "mark", name: name, []) }

    /// Whether a value is the mark of this name.
    package func isMark(_ value: [UInt8], name: String) -> Bool { isCode(value[...], for: "mark", name: name, []) }

    // MARK: -

    /// One key is used once, so the number used once may be the same for all.
    private static let nonce = [UInt8](repeating: 0, count: 12)

    private func pixelKey(name: String, salt: [UInt8]) -> SymmetricKey {
        SymmetricKey(data: code(for: "pixels", name: name, salt))
    }

    private func code(for purpose: String, name: String, _ message: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Self.text(purpose, name, message), using: key))
    }

    private func isCode(_ code: ArraySlice<UInt8>, for purpose: String, name: String, _ message: [UInt8]) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Self.text(purpose, name, message), using: key)
    }

    /// With the name's length, so that no two texts are alike.
    private static func text(_ purpose: String, _ name: String, _ message: [UInt8]) -> [UInt8] {
        Array("\(purpose) \(name.utf8.count) \(name)".utf8) + message
    }
}

extension RedisSeal: CustomStringConvertible, CustomReflectable {
    /// Says nothing of the key.
    package var description: String { "redis.key" }

    /// Without children, so that `dump` finds no key either.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

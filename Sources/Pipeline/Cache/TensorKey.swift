import Crypto
import Foundation
import Imaging

/// Names the pixels of one image in a tensor cache: the same image, fetched through whatever signed address, has one key.
///
/// `antenna:tensor:v1:` and the SHA-256, in hexadecimal, of the decoder's version and the address without its signature.
package struct TensorKey: Hashable, Sendable, CustomStringConvertible {
    /// The key as Redis gets it.
    package let description: String

    /// Counts the rules by which addresses are said to be the same, so that what other rules stored is never found.
    private static let rules = 2

    /// Makes the key of the image at `url`.
    ///
    /// - Parameters:
    ///   - url: The image's address; what cannot be parsed is taken as it is.
    ///   - decoderVersion: Changes with the pixels that the same bytes give.
    package init(url: String, decoderVersion: String = ImageDecoder.version) {
        let text = "\(Self.rules)\n\(decoderVersion)\n\(Self.withoutSignature(url))"
        let digest = SHA256.hash(data: Data(text.utf8))
        let hex = digest.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }
        self.description = "antenna:tensor:v1:" + hex.joined()
    }

    /// Drops the query items that sign an address, and the fragment; everything else can select the image and stays as it is written.
    static func withoutSignature(_ url: String) -> String {
        // The fragment is never sent, whatever stands in it.
        let sent = url.utf8.firstIndex(of: UInt8(ascii: "#")).map { url[..<$0] } ?? url[...]
        guard let mark = sent.utf8.firstIndex(of: UInt8(ascii: "?")) else { return String(sent) }
        let query = sent[sent.utf8.index(after: mark)...]
        guard let signature = URLSignature(query: query) else { return String(sent) }
        let kept = signature.others.joined(separator: "&")
        return String(sent[..<mark]) + (kept.isEmpty ? "" : "?" + kept)
    }
}

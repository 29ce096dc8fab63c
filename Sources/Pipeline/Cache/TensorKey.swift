import Crypto
import Foundation
import Imaging

/// Names the pixels of one image in a tensor cache: the same image, fetched through whatever signed address, has one key.
///
/// `antenna:tensor:v1:` and the SHA-256, in hexadecimal, of the decoder's version and the address without its signing query.
package struct TensorKey: Hashable, Sendable, CustomStringConvertible {
    /// The key as Redis gets it.
    package let description: String

    /// Makes the key of the image at `url`.
    ///
    /// - Parameters:
    ///   - url: The image's address; what cannot be parsed is taken as it is.
    ///   - decoderVersion: Changes with the pixels that the same bytes give.
    package init(url: String, decoderVersion: String = ImageDecoder.version) {
        let digest = SHA256.hash(data: Data("\(decoderVersion)\n\(Self.withoutSignature(url))".utf8))
        let hex = digest.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }
        self.description = "antenna:tensor:v1:" + hex.joined()
    }

    /// Drops the query items that sign an address, and the fragment; other items can select the image and stay.
    static func withoutSignature(_ url: String) -> String {
        guard var components = URLComponents(string: url) else { return url }
        components.fragment = nil
        let kept = components.percentEncodedQueryItems?.filter { !isSignature($0.name) }
        components.percentEncodedQueryItems = kept?.isEmpty == false ? kept : nil
        return components.string ?? url
    }

    /// The items that S3 (both signature versions), Google Cloud Storage, Azure and CloudFront sign with.
    private static func isSignature(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.hasPrefix("x-amz-") || name.hasPrefix("x-goog-") || signatureNames.contains(name)
    }

    private static let signatureNames: Set<String> = [
        "awsaccesskeyid", "expires", "googleaccessid", "key-pair-id", "policy", "se", "sig", "signature", "sp", "spr",
        "sr", "ske", "skoid", "sks", "skt", "sktid", "skv", "st", "sv",
    ]
}

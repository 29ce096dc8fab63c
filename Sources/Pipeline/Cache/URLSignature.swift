import Foundation

/// The query items that sign an address, in one of the schemes of S3, Google Cloud Storage, Azure and CloudFront.
///
/// The names of some are plain words (`sp`, `policy`, `expires`) that select a picture elsewhere. So a scheme is recognised by what only it
/// has, and whatever is doubtful is no signature: then the whole query counts, which costs a download and never shows another's picture.
struct URLSignature {
    /// The query's other items in their order, as they are written.
    let others: [Substring]

    private struct Scheme: Sendable {
        /// Every item that belongs to the signature.
        let names: Set<String>
        /// Whether names count in any case: those with a vendor's prefix are nobody else's.
        var ignoresCase = false
        /// Whether the items, by name, can only be of this scheme; none of them is empty or repeated.
        let isProven: @Sendable ([String: Substring]) -> Bool
    }

    /// Looks for a signature; nil when there is none beyond doubt.
    init?(query: Substring) {
        let items = query.split(separator: "&", omittingEmptySubsequences: false)
        let found = Self.schemes.filter { scheme in Self.values(of: scheme, in: items).map(scheme.isProven) ?? false }
        // Two at once are none that a store makes.
        guard found.count == 1, let scheme = found.first else { return nil }
        others = items.filter { Self.name(of: $0, in: scheme) == nil }
    }

    /// The values of a scheme's items by name; nil when one is repeated, is empty, or has a name that is only nearly one of them.
    private static func values(of scheme: Scheme, in items: [Substring]) -> [String: Substring]? {
        var values: [String: Substring] = [:]
        for item in items {
            guard let name = name(of: item, in: scheme) else {
                // `Sp` and `%73p` are `sp` to some servers, and then there might be two of them.
                let written = String(item.prefix { $0 != "=" })
                let meant = (written.removingPercentEncoding ?? written).lowercased()
                guard !scheme.names.contains(where: { $0.lowercased() == meant }) else { return nil }
                continue
            }
            let value = item.drop { $0 != "=" }.dropFirst()
            guard !value.isEmpty, values.updateValue(value, forKey: name) == nil else { return nil }
        }
        return values
    }

    private static func name(of item: Substring, in scheme: Scheme) -> String? {
        let written = item.prefix { $0 != "=" }
        if scheme.ignoresCase {
            let lowercased = written.lowercased()
            return scheme.names.contains(lowercased) ? lowercased : nil
        }
        let name = String(written)
        return scheme.names.contains(name) ? name : nil
    }

    /// Whether a value begins as dates do: `2022-11-02`, `2024-01-01T00:00:00Z`.
    private static func isDate(_ value: Substring?) -> Bool {
        guard let day = value?.utf8.prefix(10), day.count == 10 else { return false }
        return zip(day, "0000-00-00".utf8).allSatisfy { byte, pattern in
            pattern == UInt8(ascii: "-")
                ? byte == pattern : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
    }

    private static let schemes = [
        // S3, version 4.
        Scheme(
            names: Set(
                [
                    "algorithm", "content-sha256", "credential", "date", "expires", "security-token", "signature",
                    "signedheaders",
                ].map { "x-amz-\($0)" }
            ),
            ignoresCase: true,
            isProven: { $0["x-amz-signature"] != nil }
        ),
        // Google Cloud Storage, version 4.
        Scheme(
            names: Set(
                ["algorithm", "credential", "date", "expires", "signature", "signedheaders"].map { "x-goog-\($0)" }
            ),
            ignoresCase: true,
            isProven: { $0["x-goog-signature"] != nil }
        ),
        // S3, version 2.
        Scheme(
            names: ["AWSAccessKeyId", "Expires", "Signature", "x-amz-security-token"],
            isProven: { $0["Signature"] != nil && $0["AWSAccessKeyId"] != nil }
        ),
        // Google Cloud Storage, version 2.
        Scheme(
            names: ["Expires", "GoogleAccessId", "Signature"],
            isProven: { $0["Signature"] != nil && $0["GoogleAccessId"] != nil }
        ),
        // CloudFront.
        Scheme(
            names: ["Expires", "Hash-Algorithm", "Key-Pair-Id", "Policy", "Signature"],
            isProven: { $0["Signature"] != nil && $0["Key-Pair-Id"] != nil }
        ),
        // Azure's shared access signatures; `sv` is a version and `se` an end, and both are dates.
        Scheme(
            names: [
                "se", "sig", "sip", "ske", "skoid", "sks", "skt", "sktid", "skv", "sp", "spr", "sr", "srt", "ss", "st",
                "sv",
            ],
            isProven: { $0["sig"] != nil && (isDate($0["sv"]) || isDate($0["se"])) }
        ),
    ]
}

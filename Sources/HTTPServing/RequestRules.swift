internal import NIOHTTP1

/// The rules for a request's head, applied before the request is looked at.
///
/// Where two readers could disagree about where a request ends, a second one can be smuggled past the first: such shapes are refused.
enum RequestRules {
    /// The status that refuses a head; nil when it may pass.
    static func refusal(of head: HTTPRequestHead, limits: HTTPServerLimits) -> HTTPResponseStatus? {
        guard head.version.major == 1 else { return .httpVersionNotSupported }
        let hosts = head.headers["host"]
        guard hosts.count == 1 || (hosts.isEmpty && head.version.minor == 0) else { return .badRequest }
        guard head.uri.hasPrefix("/") || (head.uri == "*" && head.method == .OPTIONS) else { return .badRequest }
        let lengths = head.headers["content-length"]
        let encodings = head.headers["transfer-encoding"]
        if !encodings.isEmpty {
            guard lengths.isEmpty, head.version.minor > 0 else { return .badRequest }
            guard encodings.count == 1, encodings[0].lowercased() == "chunked" else { return .notImplemented }
        }
        guard lengths.count <= 1 else { return .badRequest }
        if let text = lengths.first {
            guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return .badRequest }
            guard let length = Int(text), length <= limits.bodyBytes else { return .payloadTooLarge }
        }
        return nil
    }

    /// Whether the client wants no further request on its connection.
    static func isLast(_ head: HTTPRequestHead) -> Bool {
        head.version.minor == 0 || head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
    }
}

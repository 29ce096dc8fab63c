internal import Foundation
internal import Synchronization

/// A forward proxy on loopback: takes `CONNECT` and requests with absolute URIs, and remembers both.
///
/// It knows where one server is, and takes every name for that one's: so a request for a name that nobody resolves can only have come
/// through it.
package final class ForwardProxy: Sendable {
    private let server: RawHTTPServer
    private let seen = Seen()

    private final class Seen: Sendable {
        let heads = Mutex<[String]>([])
    }

    /// Starts listening.
    ///
    /// - Parameters:
    ///   - target: The port of loopback that all hosts are taken for.
    ///   - credentials: `user:password` that are asked for; none when left out.
    ///   - refusal: The status and reason that every request is answered with, if any.
    /// - Throws: A `POSIXError` when no port can be had.
    package init(to target: UInt16, credentials: String? = nil, refusal: String? = nil) throws {
        let proof = credentials.map { "Proxy-Authorization: Basic \(Data($0.utf8).base64EncodedString())\r\n" }
        server = try RawHTTPServer { [seen] connection in
            while let request = connection.readRequest() {
                seen.heads.withLock { $0.append(request) }
                if let refusal {
                    connection.answer(refusal)
                } else if let proof, !request.contains(proof) {
                    connection.answer("407 Who are you", headers: "Proxy-Authenticate: Basic realm=\"proxy\"\r\n")
                } else if let other = try? LoopbackPort.connect(to: target) {
                    Self.pass(request, from: connection, to: other)
                    close(other)
                    return
                } else {
                    connection.answer("502 Bad gateway")
                }
            }
        }
    }

    /// Its address, for instance `http://127.0.0.1:40002`.
    package var base: String { server.base }

    /// The requests so far, heads and bodies.
    package var requests: [String] { seen.heads.withLock { $0 } }

    /// The first lines of the requests so far.
    package var lines: [String] { requests.map { String($0.prefix { $0 != "\r\n" }) } }

    private static func pass(_ request: String, from client: RawHTTPConnection, to server: Int32) {
        let other = RawHTTPConnection(descriptor: server)
        if request.hasPrefix("CONNECT ") {
            client.send("HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n")
        } else {
            other.send(request)
        }
        var ends = [client.descriptor, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while poll(&ends, 2, 30_000) > 0 {
            for (from, to) in [(0, other), (1, client)] where ends[from].revents != 0 {
                var buffer = [UInt8](repeating: 0, count: 64 << 10)
                let count = read(ends[from].fd, &buffer, buffer.count)
                guard count > 0, to.send(Array(buffer[..<count])) else { return }
            }
        }
    }
}

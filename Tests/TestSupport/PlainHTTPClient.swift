import Foundation
import Synchronization

/// Asks a server on loopback over a bare socket, one connection a call, so that a test sees exactly what was answered.
package struct PlainHTTPClient: Sendable {
    /// An answer as it came.
    package struct Answer: Sendable {
        /// The status code.
        package let status: Int
        /// Headers by their names in small letters.
        package let headers: [String: String]
        /// The body.
        package let body: [UInt8]

        /// The body as text.
        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let port: UInt16

    /// Makes a client of a port on 127.0.0.1.
    package init(port: UInt16) {
        self.port = port
    }

    /// Sends a request without a body and reads until the server closes.
    ///
    /// - Throws: `POSIXError` when there is no answer, also when it takes longer than half a minute.
    package func send(_ method: String, _ target: String) async throws -> Answer {
        let port = port
        return try await withCheckedThrowingContinuation { continuation in
            // Not on a queue of Dispatch: Swift's pool, which the server may need, is made of the same threads.
            let thread = Thread {
                continuation.resume(with: Result { try Self.exchange(method, target, port) })
            }
            thread.start()
        }
    }

    /// Gets what is at a path.
    ///
    /// - Throws: As ``send(_:_:)``.
    package func get(_ target: String) async throws -> Answer { try await send("GET", target) }

    /// Opens a stream of server-sent events.
    ///
    /// - Throws: `POSIXError` when there is no connection.
    package func events(_ target: String) throws -> EventStream {
        let descriptor = try Self.connect(port, "GET", target)
        return EventStream(descriptor)
    }

    private static func exchange(_ method: String, _ target: String, _ port: UInt16) throws -> Answer {
        let descriptor = try connect(port, method, target)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count >= 0 else { throw POSIXError.last }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        guard let answer = Answer(bytes) else { throw POSIXError(.ECONNRESET) }
        return answer
    }

    private static func connect(_ port: UInt16, _ method: String, _ target: String) throws -> Int32 {
        let descriptor = try LoopbackPort.connect(to: port)
        let head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        let request = Array("\(head)Content-Length: 0\r\n\r\n".utf8)
        guard Foundation.send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            defer { close(descriptor) }
            throw POSIXError.last
        }
        return descriptor
    }
}

extension PlainHTTPClient.Answer {
    /// Reads an answer; nil when it has no head.
    fileprivate init?(_ bytes: [UInt8]) {
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) }) else {
            return nil
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
        self.status = status
        headers = lines.dropFirst().reduce(into: [:]) { headers, line in
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.last.map { $0.trimmingCharacters(in: .whitespaces) }
        }
        body = Array(bytes[end...].dropFirst(4))
    }
}

/// Server-sent events as they come; the server's chunks are undone.
package final class EventStream: Sendable {
    /// One event.
    package struct Event: Sendable {
        /// Its kind.
        package let name: String
        /// What it says.
        package let data: String
    }

    private let descriptor: Int32
    private let isClosed = Mutex(false)
    private let received = AsyncStream.makeStream(of: Event.self)

    fileprivate init(_ descriptor: Int32) {
        self.descriptor = descriptor
        let sink = received.continuation
        let thread = Thread { [self] in
            read(into: sink)
            sink.finish()
            isClosed.withLock { isClosed in
                isClosed = true
                Foundation.close(descriptor)
            }
        }
        thread.start()
    }

    /// The events; they end when the server ends them, or after ``close()``.
    package var events: AsyncStream<Event> { received.stream }

    /// The next event of a name; nil when there is none any more.
    package func next(_ name: String) async -> Event? {
        for await event in events where event.name == name { return event }
        return nil
    }

    /// Goes away, as a browser does whose page is closed.
    package func close() {
        isClosed.withLock { isClosed in
            if !isClosed { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private func read(into sink: AsyncStream<Event>.Continuation) {
        var raw: [UInt8] = []
        var text: [UInt8] = []
        var isPastHead = false
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            raw += buffer[..<count]
            if !isPastHead, let end = raw.end(of: "\r\n\r\n") {
                isPastHead = true
                raw.removeFirst(end)
            }
            while isPastHead, let chunk = Self.takeChunk(from: &raw) { text += chunk }
            while let end = text.end(of: "\n\n") {
                let lines = String(decoding: text[..<end], as: UTF8.self).split(separator: "\n")
                text.removeFirst(end)
                let field = { (name: String) in
                    lines.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) } ?? ""
                }
                sink.yield(Event(name: field("event"), data: field("data")))
            }
        }
    }

    /// A whole chunk of a chunked body, if there is one.
    private static func takeChunk(from raw: inout [UInt8]) -> ArraySlice<UInt8>? {
        guard let start = raw.end(of: "\r\n"),
            let size = Int(String(decoding: raw[..<(start - 2)], as: UTF8.self), radix: 16),
            raw.count >= start + size + 2
        else { return nil }
        defer { raw.removeFirst(start + size + 2) }
        return raw[start..<(start + size)]
    }
}

extension [UInt8] {
    /// The index after the first occurrence of a text.
    fileprivate func end(of text: String) -> Int? {
        let wanted = Array(text.utf8)
        guard count >= wanted.count else { return nil }
        return (0...(count - wanted.count)).first { self[$0..<($0 + wanted.count)].elementsEqual(wanted) }
            .map { $0 + wanted.count }
    }
}

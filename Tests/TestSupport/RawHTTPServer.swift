internal import Foundation
internal import Glibc
internal import Synchronization

/// A server on loopback that answers in whatever broken way a test needs: half a body, a lie about its length, a reset.
///
/// Every connection is handled on a thread of its own by the closure given; when the closure returns, the connection is closed.
package final class RawHTTPServer: Sendable {
    /// The port on 127.0.0.1.
    package let port: UInt16

    private let listener: Int32
    private let state = Mutex(State())
    private let handle: @Sendable (RawHTTPConnection) -> Void

    private struct State {
        var isOpen = true
        var accepted = 0
        var open: Set<Int32> = []
    }

    /// Starts listening.
    ///
    /// - Parameter handle: Serves one connection; may block.
    /// - Throws: A `POSIXError` when no port can be had.
    package init(handle: @escaping @Sendable (RawHTTPConnection) -> Void) throws {
        self.handle = handle
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 256) == 0
                    && getsockname(listener, generic, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isListening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        let thread = Thread { [listener, weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let self, self.serve(connection) else {
                    if connection >= 0 { close(connection) }
                    break
                }
            }
            // A number that was closed may be another's: it is shut down no more.
            self?.state.withLock { $0.isOpen = false }
            close(listener)
        }
        thread.start()
    }

    deinit {
        stop()
    }

    /// The start of every URL of this server, for instance `http://127.0.0.1:40001`.
    package var base: String { "http://127.0.0.1:\(port)" }

    /// Connections accepted so far.
    package var connectionCount: Int { state.withLock { $0.accepted } }

    /// Ends listening and all connections.
    package func stop() {
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            shutdown(listener, Int32(SHUT_RDWR))
            for connection in state.open { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    private func serve(_ connection: Int32) -> Bool {
        let isOpen = state.withLock { state in
            guard state.isOpen else { return false }
            state.accepted += 1
            state.open.insert(connection)
            return true
        }
        guard isOpen else { return false }
        let thread = Thread { [handle, weak self] in
            handle(RawHTTPConnection(descriptor: connection))
            if let self {
                self.state.withLock { state in
                    state.open.remove(connection)
                    close(connection)
                }
            } else {
                close(connection)
            }
        }
        thread.start()
        return true
    }
}

/// One accepted connection of a ``RawHTTPServer``, used by its thread alone.
package struct RawHTTPConnection: Sendable {
    let descriptor: Int32

    /// Reads one request: the head, and a body if it announces one.
    ///
    /// - Returns: The text of head and body; `nil` when the peer has closed.
    package func readRequest() -> String? { readRequest(begunBy: []) }

    private func readRequest(begunBy begin: [UInt8]) -> String? {
        var bytes = begin
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let announced = text[..<end.lowerBound].split(separator: "\r\n")
                    .first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces)) }
                if text[end.upperBound...].utf8.count >= announced ?? 0 { return text }
            }
            guard let more = receive() else { return nil }
            bytes += more
        }
    }

    /// Reads a request as over a slow line: some of it, then nothing for a while, then the rest.
    ///
    /// - Parameter milliseconds: The pause.
    /// - Returns: The text of head and body; `nil` when the peer has closed.
    package func readRequest(pausingForMilliseconds milliseconds: Int32) -> String? {
        guard let begin = receive() else { return nil }
        // Nothing is waited for: a poll of nothing is a pause.
        poll(nil, 0, milliseconds)
        return readRequest(begunBy: begin)
    }

    /// Reads the head of a request and leaves what follows unread.
    ///
    /// - Returns: The text up to the empty line, and what came with it; `nil` when the peer has closed.
    package func readHead() -> String? {
        var text = ""
        while !text.contains("\r\n\r\n") {
            guard let more = receive() else { return nil }
            text += String(decoding: more, as: UTF8.self)
        }
        return text
    }

    /// Sends text.
    ///
    /// - Returns: Whether all of it could be sent.
    @discardableResult
    package func send(_ text: String) -> Bool {
        send(Array(text.utf8))
    }

    /// Sends bytes.
    ///
    /// - Returns: Whether all of them could be sent.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { rest in
                Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Sends an answer with a right `Content-Length`.
    ///
    /// - Parameters:
    ///   - status: Status code and reason.
    ///   - headers: Further lines, each ending in CR LF.
    ///   - body: The body.
    /// - Returns: Whether all of it could be sent.
    @discardableResult
    package func answer(_ status: String = "200 OK", headers: String = "", body: String = "") -> Bool {
        send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }

    /// Sends a byte after the other until the peer has had enough.
    ///
    /// - Parameter milliseconds: The pause after each byte.
    package func drip(everyMilliseconds milliseconds: Int32) {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while send([0x2E]), poll(&watched, 1, milliseconds) == 0 {}
    }

    /// Waits a while; says whether the peer has not closed, and has sent nothing more.
    package func isOpen(forMilliseconds milliseconds: Int32) -> Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, milliseconds) == 0
    }

    /// Waits, without sending anything, until the peer closes.
    package func waitUntilPeerCloses() {
        while receive() != nil {}
    }

    /// Lets the connection end with a reset instead of an orderly close, once the handler returns.
    package func resetOnClose() {
        var setting = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &setting, socklen_t(MemoryLayout<linger>.size))
    }

    private func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = read(descriptor, &buffer, buffer.count)
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}

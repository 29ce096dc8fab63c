internal import Foundation

/// A connection to a server on loopback that sends whatever bytes a test likes, in whatever pieces.
package final class RawHTTPClient: Sendable {
    private let descriptor: Int32

    /// Connects.
    ///
    /// - Throws: `POSIXError` when nobody listens.
    package init(port: UInt16) throws {
        descriptor = try LoopbackPort.connect(to: port)
        var limit = timeval(tv_sec: 120, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    deinit {
        close(descriptor)
    }

    /// Sends text; false when the server has closed.
    @discardableResult
    package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends bytes, all of them or until the server closes.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Says that nothing more will be sent.
    package func closeOutput() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// All that comes until the server closes, or has been silent for half a minute.
    package func receiveBytes() async -> [UInt8] {
        await onThread { [self] in
            var bytes: [UInt8] = []
            while let more = receive() { bytes += more }
            return bytes
        }
    }

    /// All that comes, as text.
    package func receiveAll() async -> String {
        String(decoding: await receiveBytes(), as: UTF8.self)
    }

    /// What comes until a text has come, or the server closes.
    package func receive(until end: String) async -> String {
        await onThread { [self] in waitForText(end) }
    }

    /// As ``receive(until:)``, on the thread that asks.
    package func waitForText(_ end: String) -> String {
        var text = ""
        while !text.contains(end), let more = receive() { text += String(decoding: more, as: UTF8.self) }
        return text
    }

    /// Sends bytes again and again until the server has closed.
    package func sendUntilClosed(_ text: String) async {
        await onThread { [self] in
            while send(text) {}
        }
    }

    private func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// Not on a queue of Dispatch: Swift's pool is made of the same threads.
    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: body()) }
            thread.start()
        }
    }
}

import Foundation
import Synchronization

/// A TCP relay on the loopback interface that can be frozen, to make a half-open connection.
///
/// While frozen it keeps its connections and moves nothing, as a link does whose packets are dropped.
package final class TCPProxy: Sendable {
    private struct State {
        var isFrozen = false
        var holdsAnswers = false
        var isStopped = false
        var cuts = 0
    }

    /// The port to connect to.
    package let port: UInt16
    /// The port it stands for.
    package let target: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    /// Starts a relay to a port of 127.0.0.1.
    package init(to target: UInt16) throws {
        (listener, port) = try LoopbackPort.listen()
        self.target = target
        let thread = Thread { [self] in run() }
        thread.name = "proxy"
        thread.start()
    }

    /// Moves nothing from now on.
    package func freeze() { state.withLock { $0.isFrozen = true } }

    /// Moves nothing from the target to clients from now on; the other way goes on.
    package func holdAnswers() { state.withLock { $0.holdsAnswers = true } }

    /// Moves bytes again, those held back first.
    package func thaw() { state.withLock { ($0.isFrozen, $0.holdsAnswers) = (false, false) } }

    /// Closes all connections; new ones get nowhere until ``thaw()``.
    package func cut() {
        state.withLock { state in
            state.isFrozen = true
            state.cuts += 1
        }
    }

    /// Closes all connections and ends the thread.
    package func stop() { state.withLock { $0.isStopped = true } }

    private func run() {
        // Each connection is a pair; what is read from one end is written to the other.
        var pairs: [(Int32, Int32)] = []
        var cuts = 0
        defer {
            for end in pairs.flatMap({ [$0.0, $0.1] }) + [listener] { close(end) }
        }
        while true {
            let now = state.withLock { $0 }
            if now.isStopped { return }
            if now.cuts > cuts {
                for end in pairs.flatMap({ [$0.0, $0.1] }) { close(end) }
                (pairs, cuts) = ([], now.cuts)
            }
            let ends = now.isFrozen ? [] : pairs.flatMap { now.holdsAnswers ? [$0.0] : [$0.0, $0.1] } + [listener]
            var watched = ends.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&watched, nfds_t(watched.count), 20) > 0 else { continue }
            let ready = Set(watched.filter { $0.revents != 0 }.map(\.fd))
            if ready.contains(listener) { accept(into: &pairs) }
            pairs.removeAll { pair in
                let isOver =
                    (ready.contains(pair.0) && !Self.move(pair.0, pair.1))
                    || (ready.contains(pair.1) && !Self.move(pair.1, pair.0))
                if isOver { for end in [pair.0, pair.1] { close(end) } }
                return isOver
            }
        }
    }

    private func accept(into pairs: inout [(Int32, Int32)]) {
        let client = Foundation.accept(listener, nil, nil)
        guard client >= 0 else { return }
        if let server = try? LoopbackPort.connect(to: target) {
            pairs.append((client, server))
        } else {
            close(client)
        }
    }

    private static func move(_ from: Int32, _ to: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(from, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        var sent = 0
        while sent < count {
            let written = buffer.withUnsafeBytes { bytes in
                send(to, bytes.baseAddress?.advanced(by: sent), count - sent, Int32(MSG_NOSIGNAL))
            }
            guard written > 0 else { return false }
            sent += written
        }
        return true
    }
}

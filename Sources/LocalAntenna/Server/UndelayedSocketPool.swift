import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// FlyingFox's sockets, which send at once what is written to them.
///
/// FlyingFox writes the header of an answer and its body one after the other. On a connection that is used again the kernel would keep the
/// body back until the client has acknowledged the header, which clients put off for 40 ms.
final class UndelayedSocketPool: AsyncSocketPool {
    private let base: any AsyncSocketPool = HTTPServer.defaultPool()
    private let isDone = Atomic(false)

    func prepare() async throws { try await base.prepare() }

    func run() async throws { try await base.run() }

    /// Suspends a socket; the one that listens is set up here, and those that it accepts are as it is.
    func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
        if !isDone.load(ordering: .relaxed), socket.isListening {
            socket.sendAtOnce()
            isDone.store(true, ordering: .relaxed)
        }
        try await base.suspendSocket(socket, untilReadyFor: events)
    }
}

extension Socket {
    fileprivate var isListening: Bool {
        var (value, length) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
        return getsockopt(file.rawValue, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value != 0
    }

    fileprivate func sendAtOnce() {
        var value: Int32 = 1
        setsockopt(file.rawValue, Int32(IPPROTO_TCP), TCP_NODELAY, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}

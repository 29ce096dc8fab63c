import Foundation
import Synchronization
import TestSupport

/// As much of a broker as it takes to misbehave: it lets in, and then does what the test says.
///
/// A thread a connection; all of them end with ``stop()``.
final class LoopbackBroker: Sendable {
    enum Behaviour: Sendable {
        /// Accepts connections and says nothing, as a host does whose broker was stopped.
        case frozen
        /// Refuses user and password.
        case refusesLogin
        /// Lets in and ends the connection.
        case closesAfterLogin
        /// Confirms a message and ends the connection.
        case closesAfterConfirm
        /// Takes messages and confirms none.
        case neverConfirms
        /// Confirms, or refuses what comes on the first channel that publishes and confirms what comes on later ones.
        case confirms(refusingFirstChannel: Bool)
    }

    private struct State {
        var logins: [(user: String, at: ContinuousClock.Instant)] = []
        var channels = 0
        var published: [String] = []
        var isStopped = false
    }

    let port: UInt16
    private let listener: Int32
    private let behaviour: Behaviour
    private let state = Mutex(State())

    init(_ behaviour: Behaviour) throws {
        (listener, port) = try LoopbackPort.listen()
        self.behaviour = behaviour
        Thread.detachNewThread { [self] in accept() }
    }

    /// Who logged in so far.
    var logins: [String] { state.withLock { $0.logins.map(\.user) } }

    /// How often a channel was opened so far.
    var channels: Int { state.withLock(\.channels) }

    /// The routing keys of what was published so far.
    var published: [String] { state.withLock(\.published) }

    func stop() { state.withLock { $0.isStopped = true } }

    private var isStopped: Bool { state.withLock(\.isStopped) }

    private func accept() {
        defer { close(listener) }
        while !isStopped {
            guard Self.isReadable(listener) else { continue }
            let client = Foundation.accept(listener, nil, nil)
            guard client >= 0 else { continue }
            Thread.detachNewThread { [self] in
                serve(client)
                close(client)
            }
        }
    }

    private func serve(_ client: Int32) {
        if case .frozen = behaviour {
            // Takes what comes and says nothing.
            while receive(1, from: client) != nil {}
            return
        }
        guard receive(8, from: client) != nil else { return }
        send(method: (10, 10), [0, 9, 0, 0, 0, 0] + Self.long("PLAIN") + Self.long("en_US"), to: client)
        var published: UInt64 = 0
        while let frame = nextFrame(of: client) {
            guard frame.type == 1 else {
                // The header of a message whose body is empty ends it.
                if frame.type == 2 { answer(publish: &published, on: frame.channel, client) }
                if case .closesAfterConfirm = behaviour, published > 0 { return }
                continue
            }
            guard answer(frame, client) else { return }
            if frame.method == (85, 10) { published = 0 }
        }
    }

    /// Answers a method; says whether to go on.
    private func answer(_ frame: Frame, _ client: Int32) -> Bool {
        switch frame.method {
        case (10, 11):
            state.withLock { $0.logins.append((Self.user(in: frame.payload), .now)) }
            if case .refusesLogin = behaviour {
                send(method: (10, 50), [1, 147, 6] + Array("NO WAY".utf8) + [0, 0, 0, 0], to: client)
                return true
            }
            send(method: (10, 30), [0, 0, 0, 2, 0, 0, 0, 0], to: client)
        case (10, 31): break
        case (10, 40):
            send(method: (10, 41), [0], to: client)
            if case .closesAfterLogin = behaviour { return false }
        case (10, 50):
            send(method: (10, 51), [], to: client)
            return false
        case (20, 10):
            state.withLock { $0.channels += 1 }
            send(method: (20, 11), [0, 0, 0, 0], on: frame.channel, to: client)
        case (20, 40): send(method: (20, 41), [], on: frame.channel, to: client)
        case (60, 40):
            // Behind four bytes that name the method and two that mean nothing: the exchange, and the key.
            let key = frame.payload.dropFirst(6 + 1 + Int(frame.payload[6]))
            let text = String(decoding: key.dropFirst().prefix(Int(key.first ?? 0)), as: UTF8.self)
            state.withLock { $0.published.append(text) }
        case (85, 10): send(method: (85, 11), [], on: frame.channel, to: client)
        default: break
        }
        return true
    }

    private func answer(publish number: inout UInt64, on channel: UInt8, _ client: Int32) {
        var isRefused = false
        switch behaviour {
        case .frozen, .refusesLogin, .closesAfterLogin, .neverConfirms: return
        case .closesAfterConfirm: break
        case .confirms(let refusingFirstChannel): isRefused = refusingFirstChannel && channels == 1
        }
        number += 1
        let tag = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
        send(method: (60, isRefused ? 120 : 80), tag + [0], on: channel, to: client)
    }

    private struct Frame {
        let type: UInt8
        let channel: UInt8
        let payload: [UInt8]
        var method: (UInt8, UInt8) { payload.count >= 4 ? (payload[1], payload[3]) : (0, 0) }
    }

    private func nextFrame(of client: Int32) -> Frame? {
        guard let head = receive(7, from: client) else { return nil }
        let size = head[3...6].reduce(0) { $0 << 8 | Int($1) }
        guard size < 1 << 20, let rest = receive(size + 1, from: client) else { return nil }
        return Frame(type: head[0], channel: head[2], payload: Array(rest.dropLast()))
    }

    private func send(method: (UInt8, UInt8), _ fields: [UInt8], on channel: UInt8 = 0, to client: Int32) {
        let payload = [0, method.0, 0, method.1] + fields
        let size = (0..<4).map { UInt8(truncatingIfNeeded: payload.count >> (24 - 8 * $0)) }
        let frame = [1, 0, channel] + size + payload + [0xCE]
        _ = Foundation.send(client, frame, frame.count, Int32(MSG_NOSIGNAL))
    }

    private func receive(_ count: Int, from client: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            if isStopped { return nil }
            guard Self.isReadable(client) else { continue }
            var part = [UInt8](repeating: 0, count: count - bytes.count)
            let got = recv(client, &part, part.count, 0)
            guard got > 0 else { return nil }
            bytes += part[..<got]
        }
        return bytes
    }

    private static func isReadable(_ descriptor: Int32) -> Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 20) > 0
    }

    private static func long(_ text: String) -> [UInt8] { [0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8) }

    /// The user of a login by PLAIN: between the first two zeros of the response.
    private static func user(in payload: [UInt8]) -> String {
        guard let mechanism = payload.firstRange(of: Array("PLAIN".utf8)) else { return "" }
        let response = payload[mechanism.upperBound...].dropFirst(4)
        return String(decoding: response.dropFirst().prefix { $0 != 0 }, as: UTF8.self)
    }
}

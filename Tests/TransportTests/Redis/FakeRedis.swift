import Foundation
import Synchronization
import TestSupport

/// A server at one of the addresses 127.0.0.x that answers each command as the test says.
final class FakeRedis: Sendable {
    /// What becomes of a connection or of a command.
    enum Answer: Sendable {
        case line(String)
        /// These bytes, whatever they are.
        case bytes(String)
        /// These bytes, a few every hundredth of a second.
        case trickle(String)
        /// These bytes, and then the connection is closed.
        case lastBytes(String)
        /// The connection is closed.
        case hangUp
        /// Nothing is read or said.
        case silence
    }

    private let listener: Int32
    private let answer: @Sendable (String) -> Answer
    private let log = Mutex<[String]>([])
    private let accepted = Atomic(0)
    private let isOpen = Mutex(true)

    /// Listens.
    ///
    /// - Parameters:
    ///   - address: The last number of the address.
    ///   - port: The port; all addresses of a name have the same one.
    ///   - answer: What a command, by its name, is answered with.
    /// - Throws: What the operating system says.
    init(_ address: UInt8, port: UInt16, answer: @escaping @Sendable (String) -> Answer) throws {
        self.answer = answer
        // SOCK_STREAM, which C declares as another type on each system.
        listener = socket(AF_INET, 1, 0)
        // A port that was free a moment ago may still remember a connection.
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        place.sin_addr.s_addr = inet_addr("127.0.0.\(address)")
        let isListening = withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 && listen(listener, 16) == 0
            }
        }
        guard isListening else { throw POSIXError.last }
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { break }
                accepted.add(1, ordering: .relaxed)
                Thread.detachNewThread { [self] in serve(client) }
            }
            // By nobody else: a number that was closed may be another server's by now, and its connections would be taken here.
            isOpen.withLock { isOpen in
                isOpen = false
                close(listener)
            }
        }
    }

    /// The commands that came.
    var commands: [String] { log.withLock { $0 } }
    /// How many connections there were.
    var connections: Int { accepted.load(ordering: .relaxed) }

    /// Listens no more, which ends the thread that does.
    func stop() {
        isOpen.withLock { if $0 { shutdown(listener, Int32(SHUT_RDWR)) } }
    }

    private func serve(_ client: Int32) {
        defer { close(client) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            // Small commands come whole; each begins with its number of arguments, their first is the name.
            for part in String(decoding: buffer[..<count], as: UTF8.self).split(separator: "*") {
                let lines = part.split(separator: "\r\n")
                guard lines.count > 2 else { continue }
                let name = String(lines[2])
                log.withLock { $0.append(name) }
                switch answer(name) {
                case .line(let text): say("\(text)\r\n", to: client)
                case .bytes(let text): say(text, to: client)
                case .trickle(let text):
                    for byte in text {
                        guard say(String(byte), to: client) else { return }
                        usleep(10_000)
                    }
                case .lastBytes(let text):
                    say(text, to: client)
                    return
                case .hangUp: return
                case .silence: break
                }
            }
        }
    }

    @discardableResult
    private func say(_ text: String, to client: Int32) -> Bool {
        send(client, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count
    }
}

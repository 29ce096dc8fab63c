package import Foundation
import Synchronization

/// Ports of the loopback interface.
package enum LoopbackPort {
    /// Ports on which nobody listens, and that nobody else is given while this process runs.
    ///
    /// They are not of the range from which the system takes those of connections, and of servers that ask for any: there a port that was
    /// free a moment ago may be somebody's before the test uses it.
    package static func free(_ count: Int) throws -> [UInt16] {
        try (0..<count).map { _ in
            for _ in range {
                let port = given.withLock { given in
                    given = given.map { $0 + 1 } ?? range.randomElement()
                    if given.map(range.contains) != true { given = range.first }
                    return given ?? 0
                }
                guard let (descriptor, _) = try? listen(on: port) else { continue }
                close(descriptor)
                return port
            }
            throw TestEnvironmentError("No port of \(range) is free.")
        }
    }

    /// The latest port that ``free(_:)`` gave; where it begins is left to chance, since other test processes run beside this one.
    private static let given = Mutex<UInt16?>(nil)

    private static let range: Range<UInt16> = {
        let text = try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
        let first = text?.split(whereSeparator: \.isWhitespace).first.flatMap { UInt16($0) } ?? 32_768
        // Where the system takes nearly all, nothing is left but to share with it.
        return first > 12_000 ? 10_000..<first : 10_000..<60_000
    }()

    /// A listening socket on a port of 127.0.0.1, any that is free when none is named; the caller closes it.
    package static func listen(on port: UInt16 = 0) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError.last }
        var address = loopback(port: port)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) == 0 && Foundation.listen(descriptor, 64) == 0
                    && getsockname(descriptor, pointer, &size) == 0
            }
        }
        guard bound else {
            let error = POSIXError.last
            close(descriptor)
            throw error
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// A connected blocking socket to 127.0.0.1; the caller closes it.
    package static func connect(to port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError.last }
        var address = loopback(port: port)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let error = POSIXError.last
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Whether a server on this port answers `greeting` with at least one byte in time.
    package static func answers(_ greeting: [UInt8], on port: UInt16, within seconds: Int) -> Bool {
        guard let descriptor = try? connect(to: port) else { return false }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var byte: UInt8 = 0
        return send(descriptor, greeting, greeting.count, Int32(MSG_NOSIGNAL)) == greeting.count
            && recv(descriptor, &byte, 1, 0) == 1
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }
}

extension POSIXError {
    /// The error that `errno` names now.
    package static var last: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}

/// A test cannot run here, with a sentence that says how to fix that.
package struct TestEnvironmentError: Error, CustomStringConvertible {
    /// What is wrong and how to fix it.
    package let description: String

    /// Makes the error.
    package init(_ description: String) {
        self.description = description
    }
}

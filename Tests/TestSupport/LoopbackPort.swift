package import Foundation

/// Ports of the loopback interface.
package enum LoopbackPort {
    /// Ports that were free a moment ago, all different.
    package static func free(_ count: Int) throws -> [UInt16] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        return try (0..<count).map { _ in
            let (descriptor, port) = try listen()
            sockets.append(descriptor)
            return port
        }
    }

    /// A listening socket on a free port of 127.0.0.1; the caller closes it.
    package static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError.last }
        var address = loopback(port: 0)
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

    /// Whether a server on this port answers `greeting` with at least one byte within a second.
    package static func answers(_ greeting: [UInt8], on port: UInt16) -> Bool {
        guard let descriptor = try? connect(to: port) else { return false }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 1, tv_usec: 0)
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

import Foundation

/// A Unix datagram socket, as systemd has one for its services.
///
/// `@unchecked Sendable`: the descriptor is made in the initialiser and closed with the last reference.
package final class DatagramSocket: @unchecked Sendable {
    private let descriptor: Int32

    /// Binds a socket.
    ///
    /// - Parameter path: A path, or with an `@` in front a name that is in no folder.
    /// - Throws: `POSIXError` when it cannot be had.
    package init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError.last }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = path.hasPrefix("@")
        withUnsafeMutableBytes(of: &address.sun_path) { memory in
            memory.copyBytes(from: path.utf8)
            if isAbstract { memory[0] = 0 }
        }
        // The length of an abstract name is part of it.
        let length = MemoryLayout<sa_family_t>.size + path.utf8.count + (isAbstract ? 0 : 1)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(length)) == 0 }
        }
        guard bound else { throw POSIXError.last }
    }

    deinit { close(descriptor) }

    /// The messages that are there; does not wait for more.
    package func takeAll() -> [String] {
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return messages }
            messages.append(String(decoding: buffer[..<count], as: UTF8.self))
        }
    }
}

import Foundation

/// Asks the system why no connection comes about, where a library keeps that to itself.
enum ConnectionTrial {
    private static let patienceInMilliseconds: Int32 = 500

    /// Connects once and closes again; blocks for half a second at most.
    ///
    /// - Parameter address: Where to.
    /// - Returns: The system's error; nil when it connects by now, or hears nothing.
    static func error(connectingTo address: HostAddress) -> Int32? {
        var hints = addrinfo()
        // SOCK_STREAM, which C declares as another type on each system.
        hints.ai_socktype = 1
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.numeric, "\(address.host.port)", &hints, &list) == 0, let info = list?.pointee else {
            return nil
        }
        defer { freeaddrinfo(list) }
        // SOCK_NONBLOCK and SOCK_CLOEXEC, which are these on Linux; a static build does not see their declaration.
        let flags = O_NONBLOCK | O_CLOEXEC
        let descriptor = socket(info.ai_family, info.ai_socktype | flags, info.ai_protocol)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 { return nil }
        guard errno == EINPROGRESS else { return errno }
        var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&question, 1, patienceInMilliseconds) == 1 else { return nil }
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0, error != 0 else { return nil }
        return error
    }
}

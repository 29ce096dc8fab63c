import Foundation

/// A non-blocking TCP socket to a Redis server, with the bytes that were received and not yet looked at.
///
/// Confined to the thread that makes it.
final class RedisSocket {
    let descriptor: Int32
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    private var received = 0..<0

    private let address: HostAddress

    /// Connects; blocks until `deadline` at most.
    init(_ address: HostAddress, until deadline: ContinuousClock.Instant) throws(TransportError) {
        self.address = address
        descriptor = try Self.connect(address, until: deadline)
    }

    deinit {
        buffer.deallocate()
        close(descriptor)
    }

    /// What was received and not yet looked at.
    var unread: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[received]) }

    /// Forgets the first bytes of ``unread``.
    func drop(_ count: Int) {
        received = received.lowerBound + count..<received.upperBound
    }

    /// Receives without waiting: into `place` first, what is left over into the buffer, which must be empty.
    ///
    /// - Parameter place: Where the bytes of a value belong; may be empty.
    /// - Returns: How many bytes went to `place` and whether anything came at all.
    /// - Throws: ``TransportError`` when the connection has ended.
    func receive(into place: UnsafeMutableRawBufferPointer) throws(TransportError) -> (placed: Int, isAny: Bool) {
        var vectors = (
            iovec(iov_base: place.baseAddress, iov_len: place.count),
            iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
        )
        let count = withUnsafePointer(to: &vectors) { pointer in
            pointer.withMemoryRebound(to: iovec.self, capacity: 2) { readv(descriptor, $0, 2) }
        }
        if count > 0 {
            let placed = min(count, place.count)
            received = 0..<count - placed
            return (placed, true)
        }
        if count == 0 {
            throw TransportError(
                .closed,
                operation: "redis.read",
                message: "Redis at \(address) closed the connection"
            )
        }
        if errno == EAGAIN || errno == EINTR { return (0, false) }
        throw Self.error("redis.read", address)
    }

    /// Sends without waiting what of the pieces the kernel takes; 0 when it takes nothing now.
    func send(_ pieces: [UnsafeRawBufferPointer]) throws(TransportError) -> Int {
        let vectors = pieces.prefix(64).map {
            iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
        }
        let count = vectors.withUnsafeBufferPointer { vectors in
            var message = msghdr()
            message.msg_iov = UnsafeMutablePointer(mutating: vectors.baseAddress)
            message.msg_iovlen = vectors.count
            return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 { return count }
        if errno == EAGAIN || errno == EINTR { return 0 }
        throw Self.error("redis.write", address)
    }

    private static func error(_ operation: String, _ address: HostAddress) -> TransportError {
        let number = errno
        return TransportError(
            number == ECONNREFUSED ? .refused : operation == "redis.connect" ? .connectFailed : .closed,
            operation: operation,
            message: "Redis at \(address): \(String(cString: strerror(number)))",
            nativeCode: number
        )
    }

    private static func connect(
        _ address: HostAddress,
        until deadline: ContinuousClock.Instant
    ) throws(TransportError) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = SocketType.stream
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(address.numeric, String(address.host.port), &hints, &list)
        guard status == 0, let list else {
            throw TransportError(
                .nameResolution,
                operation: "redis.connect",
                message: "\(address): \(String(cString: gai_strerror(status)))",
                nativeCode: status
            )
        }
        defer { freeaddrinfo(list) }
        return try connect(list.pointee, address, until: deadline)
    }

    private static func connect(
        _ info: addrinfo,
        _ address: HostAddress,
        until deadline: ContinuousClock.Instant
    ) throws(TransportError) -> Int32 {
        let flags = SocketType.nonBlocking | SocketType.closeOnExec
        let descriptor = socket(info.ai_family, info.ai_socktype | flags, info.ai_protocol)
        guard descriptor >= 0 else { throw error("redis.connect", address) }
        do throws(TransportError) {
            if Foundation.connect(descriptor, info.ai_addr, info.ai_addrlen) != 0 {
                guard errno == EINPROGRESS else { throw error("redis.connect", address) }
                try awaitConnection(descriptor, address, until: deadline)
            }
        } catch {
            close(descriptor)
            throw error
        }
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, size)
        setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &one, size)
        return descriptor
    }

    private static func awaitConnection(
        _ descriptor: Int32,
        _ address: HostAddress,
        until deadline: ContinuousClock.Instant
    ) throws(TransportError) {
        while !Poll.wait(socket: descriptor, reading: false, writing: true, wakeUp: nil, until: deadline).isWritable {
            if ContinuousClock.now >= deadline {
                throw TransportError(
                    .timedOut,
                    operation: "redis.connect",
                    message: "Redis at \(address) did not answer in time"
                )
            }
        }
        var number: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size)
        errno = number
        if number != 0 { throw error("redis.connect", address) }
    }
}

/// Linux's socket types, written out: the header's own constants belong to whichever C module of ours includes it first, and
/// which that is differs between debug and release builds.
private enum SocketType {
    static let stream: Int32 = 1
    static let nonBlocking: Int32 = 0o4000
    static let closeOnExec: Int32 = 0o200_0000
}

import CHiredis
import Foundation
import Telemetry

extension RedisWire {
    /// Begins to connect; the number is what the system says of an attempt that has failed already.
    static func begin(_ address: RedisAddress) -> (context: UnsafeMutablePointer<redisContext>?, number: Int32) {
        errno = 0
        let context =
            switch address {
            case .host(let host): redisConnectNonBlock(host.numeric, Int32(host.host.port))
            case .socket(let path): redisConnectUnixNonBlock(path)
            }
        return (context, errno)
    }

    /// Waits for the connection, sets it up, and agrees on TLS.
    func finishConnecting(
        _ number: Int32,
        _ configuration: RedisConfiguration,
        until deadline: ContinuousClock.Instant
    ) throws(TransportError) {
        guard context.pointee.err == REDIS_OK else { throw connectFailure(number) }
        // A descriptor that others inherit would outlive the connection.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        guard case .host(let host) = address else { return }
        var status = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while poll(&status, 1, 0) == 0 { try wait(writing: true, until: deadline) }
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        guard error == 0 else { throw connectFailure(error) }
        var one: Int32 = 1
        // hiredis 1.2 leaves this to its caller where it does not wait.
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, size)
        guard redisEnableKeepAlive(context) == REDIS_OK else { throw failure() }
        if configuration.isEncrypted { try secure(host.host.host, configuration.authorities, until: deadline) }
    }

    private func connectFailure(_ number: Int32) -> TransportError {
        let reason = number == 0 ? String(cString: chiredis_error(context)) : String(cString: strerror(number))
        return TransportError(
            number == ECONNREFUSED ? .refused : .connectFailed,
            operation: operation,
            message: "Redis at \(address): \(reason)",
            nativeCode: number
        )
    }

    private func secure(
        _ name: String,
        _ authorities: String?,
        until deadline: ContinuousClock.Instant
    ) throws(TransportError) {
        var reason: UnsafePointer<CChar>?
        var state = chiredis_tls_begin(context, name, authorities, &tls, &reason)
        func failure(_ code: TransportError.Code, _ otherwise: String) -> TransportError {
            let text = (tls.flatMap { chiredis_tls_reason($0) } ?? reason).map { String(cString: $0) } ?? otherwise
            return TransportError(code, operation: "redis.secure", message: "Redis at \(address): \(text)")
        }
        while true {
            switch state {
            case CHIREDIS_TLS_DONE: return
            case CHIREDIS_TLS_WANTS_READ: try wait(writing: false, until: deadline)
            case CHIREDIS_TLS_WANTS_WRITE: try wait(writing: true, until: deadline)
            case CHIREDIS_TLS_CLOSED: throw failure(.closed, "the connection was closed during the TLS handshake")
            case CHIREDIS_TLS_REFUSED: throw failure(.tls, "the TLS handshake failed")
            default: throw failure(.configuration, "TLS cannot be used")
            }
            state = chiredis_tls_shake_hands(tls)
        }
    }
}

import CRabbitMQ
import Foundation
import Telemetry

extension AMQPWire {
    /// Opens the socket, with TLS where the URL says so; the handle owns it.
    ///
    /// The library gets the address in digits, so that it has one to try and no name to resolve.
    ///
    /// - Returns: The socket and, with TLS, the session.
    static func open(
        _ state: amqp_connection_state_t,
        _ configuration: AMQPConfiguration,
        at address: HostAddress,
        patience: Duration
    ) throws(TransportError) -> (socket: Int32, session: OpaquePointer?) {
        var limit = timeval(patience)
        amqp_set_handshake_timeout(state, &limit)
        let socket = configuration.isEncrypted ? amqp_ssl_socket_new(state) : amqp_tcp_socket_new(state)
        guard let socket else { throw .amqp(status: AMQP_STATUS_NO_MEMORY.rawValue, operation: "broker.connect") }
        if configuration.isEncrypted {
            try secure(socket, configuration.tls)
            try expect(address.host.host, of: socket)
        }
        let status = amqp_socket_open_noblock(socket, address.numeric, Int32(address.host.port), &limit)
        let error = errno
        var verdict = Int(X509_V_OK)
        let session = configuration.isEncrypted ? crabbitmq_session(socket, &verdict) : nil
        guard status == AMQP_STATUS_OK.rawValue else {
            if verdict != Int(X509_V_OK) { throw distrust(verdict, address) }
            throw failure(status: status, errno: error, address, patience)
        }
        guard session != nil || !configuration.isEncrypted else {
            throw .amqp(status: AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue, operation: "broker.secure")
        }
        return (amqp_socket_get_sockfd(socket), session)
    }

    /// Why the certificate of an address is not trusted, as OpenSSL says it.
    private static func distrust(_ verdict: Int, _ address: HostAddress) -> TransportError {
        let words = String(cString: X509_verify_cert_error_string(verdict))
        return TransportError(
            .tls,
            operation: "broker.secure",
            message: "no trusted TLS connection to \(address): \(words)",
            nativeCode: Int32(truncatingIfNeeded: verdict)
        )
    }

    /// Why an address could not be used, with the system's own reason where there is one.
    private static func failure(
        status: Int32,
        errno error: Int32,
        _ address: HostAddress,
        _ patience: Duration
    ) -> TransportError {
        // The library from 0.11 on asks the socket why, and keeps the answer to itself: errno is then that of the attempt's beginning.
        let isUntold = status == AMQP_STATUS_SOCKET_ERROR.rawValue && error == EINPROGRESS
        let error = isUntold ? ConnectionTrial.error(connectingTo: address) ?? 0 : error
        return switch amqp_status_enum(status) {
        case AMQP_STATUS_SOCKET_ERROR where error == ECONNREFUSED:
            TransportError(
                .refused,
                operation: "broker.connect",
                message: "nothing accepts connections at \(address)",
                nativeCode: error
            )
        case AMQP_STATUS_SOCKET_ERROR where error != 0:
            TransportError(
                .connectFailed,
                operation: "broker.connect",
                message: "no connection to \(address): \(String(cString: strerror(error)))",
                nativeCode: error
            )
        case AMQP_STATUS_SOCKET_ERROR:
            TransportError(
                .connectFailed,
                operation: "broker.connect",
                message: "no connection to \(address): it is refused there, or nothing leads there",
                nativeCode: status
            )
        case AMQP_STATUS_TIMEOUT:
            TransportError(
                .timedOut,
                operation: "broker.connect",
                message: "no answer from \(address) within \(patience)",
                nativeCode: status
            )
        default:
            untold(status, address)
        }
    }

    /// What the library says of an attempt, with the address where that tells more.
    private static func untold(_ status: Int32, _ address: HostAddress) -> TransportError {
        let error = TransportError.amqp(status: status, operation: "broker.connect")
        guard error.code == .tls else { return error }
        return TransportError(
            .tls,
            operation: "broker.secure",
            message: "no TLS connection to \(address): \(error.message); is this the port for TLS?",
            nativeCode: status
        )
    }

    /// Sets send buffer, keep-alive and the limit for unacknowledged data; returns how many bytes may be written once the kernel
    /// says "writable".
    static func tune(_ socket: Int32, _ configuration: AMQPConfiguration) throws(TransportError) -> Int {
        func set(_ level: Int32, _ option: Int32, _ value: Int32) {
            var value = value
            setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        let tcp = Int32(IPPROTO_TCP)
        let seconds = Int32(clamping: max(1, configuration.heartbeat.components.seconds))
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(tcp, TCP_KEEPIDLE, seconds)
        set(tcp, TCP_KEEPINTVL, max(1, seconds / 2))
        set(tcp, TCP_KEEPCNT, 3)
        set(tcp, TCP_NODELAY, 1)
        set(tcp, TCP_USER_TIMEOUT, seconds * 2000)
        set(SOL_SOCKET, SO_SNDBUF, 1 << 20)
        var buffer: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(socket, SOL_SOCKET, SO_SNDBUF, &buffer, &size) == 0 else {
            throw TransportError(
                .internal,
                operation: "broker.connect",
                message: "the size of the send buffer cannot be read",
                nativeCode: errno
            )
        }
        return max(4096, Int(buffer) / 6)
    }

    /// Has OpenSSL compare the certificate with the host as it was set, and tells the broker which host that is.
    ///
    /// The library's own check would compare it with what it connects to, and knows no addresses in certificates.
    private static func expect(_ host: String, of socket: OpaquePointer) throws(TransportError) {
        guard crabbitmq_expect_name(socket, host) == 1 else {
            throw TransportError(
                .configuration,
                operation: "broker.secure",
                message: "the host \(host) cannot be compared with a certificate"
            )
        }
    }

    private static func secure(_ socket: OpaquePointer, _ tls: AMQPConfiguration.TLS) throws(TransportError) {
        func check(_ status: Int32, _ what: String) throws(TransportError) {
            guard status == AMQP_STATUS_OK.rawValue else {
                throw TransportError(.configuration, operation: "broker.secure", message: what, nativeCode: status)
            }
        }
        amqp_ssl_socket_set_verify_peer(socket, 1)
        // By OpenSSL itself; see `expect(_:of:)`.
        amqp_ssl_socket_set_verify_hostname(socket, 0)
        try check(
            amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST),
            "TLS 1.2 or later is not available"
        )
        guard let authorities = tls.authorities ?? SystemAuthorities.file() else {
            throw TransportError(
                .configuration,
                operation: "broker.secure",
                message: "no certificate authorities are installed: install ca-certificates or name a PEM file"
            )
        }
        try check(
            amqp_ssl_socket_set_cacert(socket, authorities),
            "the certificate authorities in \(authorities) cannot be read"
        )
        switch (tls.clientCertificate, tls.clientKey) {
        case (let certificate?, let key?):
            try check(
                amqp_ssl_socket_set_key(socket, certificate, key),
                "the client certificate \(certificate) and its key \(key) cannot be used"
            )
        case (nil, nil):
            break
        default:
            throw TransportError(
                .configuration,
                operation: "broker.secure",
                message: "a client certificate needs its key, and a key its certificate"
            )
        }
    }
}

extension timeval {
    /// A duration as C wants it, not below zero.
    init(_ duration: Duration) {
        let micros = max(0, Int(duration / .microseconds(1)))
        self.init(tv_sec: micros / 1_000_000, tv_usec: micros % 1_000_000)
    }
}

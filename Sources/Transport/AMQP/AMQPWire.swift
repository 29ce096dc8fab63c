import CRabbitMQ
import Foundation

/// One TCP or TLS connection to a broker, logged in: owns the C handle and turns methods into frames and frames into Swift values.
///
/// Confined to the thread that makes it.
///
/// **Writing never waits.** librabbitmq writes until all is written, with no limit of time, and reads nothing meanwhile. A broker under
/// an alarm stops reading from publishers; a client stuck in a write would then miss heartbeats and the word that the alarm is over. So
/// the socket gets a send buffer of known size, and a frame goes to the library only if it surely fits: the kernel calls a socket writable
/// once a third of its buffer is free, and half of that third (the rest is bookkeeping) may be written before asking again. The
/// other two thirds keep room for heartbeats, which the library sends by itself. Large messages go out frame by frame in this way.
final class AMQPWire {
    /// The handle; valid until `deinit`.
    let state: amqp_connection_state_t
    let arena = AMQPArena()
    /// The socket, for polling.
    let socket: Int32
    /// The most bytes of one frame, head and end included.
    private(set) var frameLimit = 4096
    /// The most bytes of a content header that can be sent, which has one frame and goes out with its method.
    var headerLimit: Int { frameLimit - Self.smallFrame }
    /// How many bytes may be written after the kernel has said "writable".
    private let allowance: Int
    /// TLS holds back what it has decrypted, without the library or the kernel knowing.
    private let isEncrypted: Bool
    private var credit = 0

    /// Connects to an address and logs in there.
    ///
    /// Blocks for at most `patience` for the connection and again for the login.
    init(
        _ configuration: AMQPConfiguration,
        at address: HostAddress,
        patience: Duration
    ) throws(TransportError) {
        guard let state = amqp_new_connection() else {
            throw .amqp(status: AMQP_STATUS_NO_MEMORY.rawValue, operation: "amqp.connect")
        }
        do throws(TransportError) {
            socket = try Self.open(state, configuration, at: address, patience: patience)
            allowance = try Self.tune(socket, configuration)
        } catch {
            amqp_destroy_connection(state)
            throw error
        }
        self.state = state
        isEncrypted = configuration.isEncrypted
        try login(configuration)
    }

    deinit {
        amqp_destroy_connection(state)
    }

    /// The heartbeat interval both sides agreed on, in seconds; 0 means none.
    var heartbeat: Int { Int(amqp_get_heartbeat(state)) }

    /// Whether that many bytes can be written without waiting; asks the kernel when the last answer is used up.
    func hasRoom(for bytes: Int) -> Bool {
        if credit < bytes {
            let outcome = Poll.wait(socket: socket, reading: false, writing: true, wakeUp: nil, until: .now)
            credit = outcome.isWritable ? allowance : 0
        }
        return credit >= bytes
    }

    /// Whether the library may hold what it has read and not given out; else the socket tells when there is more.
    var hasReceivedMore: Bool {
        isEncrypted || amqp_data_in_buffer(state) != 0 || amqp_frames_enqueued(state) != 0
    }

    /// Sends one method.
    ///
    /// The caller has asked ``hasRoom(for:)`` for the bytes of the method.
    func send(
        channel: UInt16,
        method: amqp_method_number_t,
        _ fields: UnsafeMutableRawPointer,
        operation: String
    ) throws(TransportError) {
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_METHOD)
        frame.channel = channel
        frame.payload.method = amqp_method_t(id: method, decoded: fields)
        try send(&frame, size: Self.smallFrame, operation: operation)
    }

    /// Sends one frame and takes its size from the allowance.
    func send(_ frame: inout amqp_frame_t, size: Int, operation: String) throws(TransportError) {
        guard !arena.isExhausted else { throw .amqp(status: AMQP_STATUS_NO_MEMORY.rawValue, operation: operation) }
        credit -= size
        let status = amqp_send_frame(state, &frame)
        guard status == AMQP_STATUS_OK.rawValue else { throw .amqp(status: status, operation: operation) }
    }

    /// Holds back partly filled packets (`true`) or sends them (`false`): a burst of small frames then goes out in few packets.
    func cork(_ isOn: Bool) {
        var value: Int32 = isOn ? 1 : 0
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Sets how long written data may stay unacknowledged.
    ///
    /// While the broker blocks us it does not read, so no limit holds then; its heartbeats go on and tell whether it lives.
    func limitUnacknowledged(_ limit: Duration?) {
        var value = UInt32(clamping: limit.map { Int($0 / .milliseconds(1)) } ?? 0)
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &value, socklen_t(MemoryLayout<UInt32>.size))
    }

    /// RabbitMQ's own limit of a frame, and so of what a broker of ours can have taken from anybody.
    private static let largestFrame = 128 << 10

    /// The room that a method without content is taken to need; more than any that we send but those with long arguments.
    static let smallFrame = 1024

    private func login(_ configuration: AMQPConfiguration) throws(TransportError) {
        defer { arena.recycle() }
        var properties = arena.table([
            "product": "antenna-worker",
            "version": "1",
            "platform": "Swift",
            "connection_name": .string(configuration.connectionName),
            "capabilities": .table([
                "authentication_failure_close": true,
                "basic.nack": true,
                "connection.blocked": true,
                "consumer_cancel_notify": true,
                "publisher_confirms": true,
            ]),
        ])
        guard !arena.isExhausted else { throw .amqp(status: AMQP_STATUS_NO_MEMORY.rawValue, operation: "amqp.login") }
        let reply = crabbitmq_login(
            state,
            configuration.virtualHost,
            // Also where less may be sent at once: a frame of the broker that is larger than agreed would end the connection, and a
            // message's headers come in one frame, as large as whoever published them was allowed to make it.
            Int32(Self.largestFrame),
            Int32(clamping: max(1, configuration.heartbeat.components.seconds)),
            &properties,
            configuration.user,
            configuration.password
        )
        try Self.check(reply, operation: "amqp.login")
        frameLimit = Int(amqp_get_frame_max(state))
        if frameLimit <= 0 || frameLimit > allowance { frameLimit = allowance }
    }

    private static func check(_ reply: amqp_rpc_reply_t, operation: String) throws(TransportError) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL:
            return
        case AMQP_RESPONSE_SERVER_EXCEPTION where reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD:
            guard let close = reply.reply.decoded?.assumingMemoryBound(to: amqp_connection_close_t.self).pointee else {
                throw .amqp(status: AMQP_STATUS_WRONG_METHOD.rawValue, operation: operation)
            }
            let reason = String(close.reply_text)
            if close.reply_code == 403 {
                throw TransportError(.authentication, operation: operation, message: reason, nativeCode: 403)
            }
            throw .amqp(replyCode: close.reply_code, reason: reason, operation: operation)
        case AMQP_RESPONSE_LIBRARY_EXCEPTION:
            throw .amqp(status: reply.library_error, operation: operation)
        default:
            throw .amqp(status: AMQP_STATUS_CONNECTION_CLOSED.rawValue, operation: operation)
        }
    }
}

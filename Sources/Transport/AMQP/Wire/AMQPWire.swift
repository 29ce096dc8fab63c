import CRabbitMQ
import Foundation
import Telemetry

/// One TCP or TLS connection to a broker, logged in: owns the C handle and turns methods into frames and frames into Swift values.
///
/// Confined to the thread that makes it. librabbitmq connects, logs in, writes, and decodes methods.
///
/// **Frames are read here**, not by the library: it decodes a message's headers before it hands out the frame, and refuses some, which
/// ones depends on its version. Nothing can be received after such a frame, and the broker delivers it to every connection that follows.
///
/// **Writing never waits.** librabbitmq writes until all is written, with no limit of time, and reads nothing meanwhile. A broker under
/// an alarm stops reading from publishers; a client stuck in a write would then miss heartbeats and the word that the alarm is over. So
/// the socket gets a send buffer of known size, and a frame goes to the library only if it surely fits: the kernel calls a socket writable
/// once a third of its buffer is free, and half of that third (the rest is bookkeeping) may be written before asking again. The
/// other two thirds keep room for what the kernel adds. Large messages go out frame by frame in this way.
final class AMQPWire {
    /// The handle; valid until `deinit`.
    let state: amqp_connection_state_t
    let arena = AMQPArena()
    /// The socket, for polling.
    let socket: Int32
    /// The most bytes of one frame, head and end included.
    let frameLimit: Int
    /// The most bytes of a content header that can be sent, which has one frame and goes out with its method.
    var headerLimit: Int { frameLimit - Self.smallFrame }
    /// How many bytes may be written after the kernel has said "writable".
    private let allowance: Int
    private var credit = 0
    private var heartbeat: AMQPHeartbeat
    /// The TLS session, which the handle owns.
    let session: OpaquePointer?
    /// Bytes that arrived with the end of the login, read by the library.
    var early: [AMQPInboundFrame]
    let arrived: AMQPFrameBuffer
    /// Whether there may be more than was read, without the kernel's saying so.
    var mayHaveMore = false
    /// For methods that arrive.
    let decoder = AMQPArena()

    /// Connects to an address and logs in there.
    ///
    /// Blocks for at most `patience` for the connection and again for the login.
    init(
        _ configuration: AMQPConfiguration,
        at address: HostAddress,
        patience: Duration
    ) throws(TransportError) {
        guard let state = amqp_new_connection() else {
            throw .amqp(status: AMQP_STATUS_NO_MEMORY.rawValue, operation: "broker.connect")
        }
        do throws(TransportError) {
            (socket, session) = try Self.open(state, configuration, at: address, patience: patience)
            allowance = try Self.tune(socket, configuration)
            try Self.login(state, configuration)
            heartbeat = AMQPHeartbeat(interval: .seconds(Int(amqp_get_heartbeat(state))), now: .now)
            early = try Self.takeOver(state, patience: patience)
        } catch {
            amqp_destroy_connection(state)
            throw error
        }
        self.state = state
        let agreed = max(4096, Int(amqp_get_frame_max(state)))
        arrived = AMQPFrameBuffer(limit: agreed)
        frameLimit = min(agreed, allowance)
    }

    deinit {
        amqp_destroy_connection(state)
    }

    /// Whether that many bytes can be written without waiting; asks the kernel when the last answer is used up.
    func hasRoom(for bytes: Int) -> Bool {
        if credit < bytes {
            let outcome = Poll.wait(socket: socket, reading: false, writing: true, wakeUp: nil, until: .now)
            credit = outcome.isWritable ? allowance : 0
        }
        return credit >= bytes
    }

    /// Sends one method.
    ///
    /// The caller has asked ``hasRoom(for:)`` for the bytes of the method.
    func send(
        channel: UInt16,
        method: amqp_method_number_t,
        _ fields: UnsafeMutableRawPointer,
        operation: OperationName
    ) throws(TransportError) {
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_METHOD)
        frame.channel = channel
        frame.payload.method = amqp_method_t(id: method, decoded: fields)
        try send(&frame, size: Self.smallFrame, operation: operation)
    }

    /// Sends one frame and takes its size from the allowance.
    func send(_ frame: inout amqp_frame_t, size: Int, operation: OperationName) throws(TransportError) {
        guard !arena.isExhausted else { throw .amqp(status: AMQP_STATUS_NO_MEMORY.rawValue, operation: operation) }
        credit -= size
        let status = amqp_send_frame(state, &frame)
        guard status == AMQP_STATUS_OK.rawValue else { throw .amqp(status: status, operation: operation) }
        heartbeat.sent(now: .now)
    }

    /// Sends a heartbeat if it is time for one; to be called several times an interval.
    ///
    /// - Throws: When the broker has missed two.
    func beat(now: ContinuousClock.Instant) throws(TransportError) {
        guard !heartbeat.isMissed(now: now) else {
            throw .amqp(status: AMQP_STATUS_HEARTBEAT_TIMEOUT.rawValue, operation: "broker.receive")
        }
        // Where there is no room, what waits to be read says that we live.
        guard heartbeat.isDue(now: now), hasRoom(for: Self.smallFrame) else { return }
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_HEARTBEAT)
        try send(&frame, size: Self.smallFrame, operation: "broker.hear")
    }

    /// Takes note that the broker lives.
    func heard() { heartbeat.heard(now: .now) }

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

    /// The room that a method without content is taken to need; more than any that we send but those with long arguments.
    static let smallFrame = 1024
}

import CRabbitMQ
import Foundation
import Telemetry

extension AMQPWire {
    /// RabbitMQ's own limit of a frame, and so of what a broker of ours can have taken from anybody.
    private static let largestFrame = 128 << 10

    /// Logs in, and blocks for no longer than the handle's limit for that.
    static func login(
        _ state: amqp_connection_state_t,
        _ configuration: AMQPConfiguration
    ) throws(TransportError) {
        let arena = AMQPArena()
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
        guard !arena.isExhausted else { throw .amqp(status: AMQP_STATUS_NO_MEMORY.rawValue, operation: "broker.login") }
        let reply = crabbitmq_login(
            state,
            configuration.virtualHost,
            // Also where less may be sent at once: a frame of the broker that is larger than agreed would end the connection, and a
            // message's headers come in one frame, as large as whoever published them was allowed to make it.
            Int32(largestFrame),
            Int32(clamping: max(1, configuration.heartbeat.components.seconds)),
            &properties,
            configuration.user,
            configuration.password
        )
        try check(reply, operation: "broker.login")
    }

    /// Takes reading and heartbeats over from the library; returns what it has read beyond the login, such as that publishes are blocked.
    static func takeOver(
        _ state: amqp_connection_state_t,
        patience: Duration
    ) throws(TransportError) -> [AMQPInboundFrame] {
        func check(_ status: Int32) throws(TransportError) {
            guard status == AMQP_STATUS_OK.rawValue else { throw .amqp(status: status, operation: "broker.login") }
        }
        var early: [AMQPInboundFrame] = []
        let deadline = ContinuousClock.now + patience
        /// Whether it has a part of a frame, bytes, or frames in hand.
        func isHolding() -> Bool {
            amqp_release_buffers_ok(state) == 0 || amqp_data_in_buffer(state) != 0 || amqp_frames_enqueued(state) != 0
        }
        while isHolding() {
            guard early.count < 16 else {
                throw AMQPChannelStateMachine.violation("more than was asked for at the login")
            }
            var frame = amqp_frame_t()
            var limit = timeval(deadline - .now)
            try check(amqp_simple_wait_frame_noblock(state, &frame, &limit))
            // Not a heartbeat; and no channel is open yet that anything else could be about.
            if Int32(frame.frame_type) == AMQP_FRAME_METHOD {
                early.append(received(frame.payload.method, channel: frame.channel))
            }
        }
        let (channels, frames) = (amqp_get_channel_max(state), amqp_get_frame_max(state))
        try check(amqp_tune_connection(state, channels, frames, 0))
        return early
    }

    private static func check(_ reply: amqp_rpc_reply_t, operation: OperationName) throws(TransportError) {
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

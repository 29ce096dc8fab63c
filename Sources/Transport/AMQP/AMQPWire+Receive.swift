import CRabbitMQ
import Foundation

/// A frame with the channel it is about.
enum AMQPReceived {
    case connection(AMQPConnectionFrame)
    case channel(UInt16, AMQPChannelFrame)
}

extension AMQPWire {
    /// Takes one frame if one has arrived whole, and lends it to the closure.
    ///
    /// The library answers and watches heartbeats in this call, so it must be made at least once a heartbeat interval.
    ///
    /// - Parameter body: Gets the frame; pointers in it are valid until it returns.
    /// - Returns: Whether there was a frame; `false` means that everything received so far is taken.
    /// - Throws: What ended the connection, such as two missed heartbeats.
    func receive(_ body: (AMQPReceived) -> Void) throws(TransportError) -> Bool {
        var frame = amqp_frame_t()
        var atOnce = timeval(tv_sec: 0, tv_usec: 0)
        let status = amqp_simple_wait_frame_noblock(state, &frame, &atOnce)
        if status == AMQP_STATUS_TIMEOUT.rawValue { return false }
        guard status == AMQP_STATUS_OK.rawValue else { throw .amqp(status: status, operation: "amqp.receive") }
        defer { amqp_maybe_release_buffers_on_channel(state, frame.channel) }
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            body(
                frame.channel == 0
                    ? .connection(Self.connectionFrame(frame.payload.method))
                    : .channel(frame.channel, Self.channelFrame(frame.payload.method))
            )
        case AMQP_FRAME_HEADER:
            guard frame.payload.properties.class_id == AMQP_BASIC_CLASS,
                let decoded = frame.payload.properties.decoded
            else { throw .amqp(status: AMQP_STATUS_UNKNOWN_CLASS.rawValue, operation: "amqp.receive") }
            let properties = decoded.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee
            body(
                .channel(
                    frame.channel,
                    .header(bodySize: frame.payload.properties.body_size, message: AMQPMessage(properties))
                )
            )
        case AMQP_FRAME_BODY:
            let piece = frame.payload.body_fragment
            body(.channel(frame.channel, .body(UnsafeRawBufferPointer(start: piece.bytes, count: piece.len))))
        default:
            break
        }
        return true
    }

    private static func connectionFrame(_ method: amqp_method_t) -> AMQPConnectionFrame {
        switch method.id {
        case AMQP_CONNECTION_CLOSE_METHOD:
            let fields = decoded(method, as: amqp_connection_close_t.self)
            return .closed(code: fields.reply_code, reason: String(fields.reply_text))
        case AMQP_CONNECTION_CLOSE_OK_METHOD:
            return .closeConfirmed
        case AMQP_CONNECTION_BLOCKED_METHOD:
            return .blocked(reason: String(decoded(method, as: amqp_connection_blocked_t.self).reason))
        case AMQP_CONNECTION_UNBLOCKED_METHOD:
            return .unblocked
        default:
            return .unexpected(method: method.id)
        }
    }

    private static func channelFrame(_ method: amqp_method_t) -> AMQPChannelFrame {
        switch method.id {
        case AMQP_BASIC_DELIVER_METHOD:
            let fields = decoded(method, as: amqp_basic_deliver_t.self)
            return .deliver(
                consumerTag: String(fields.consumer_tag),
                deliveryTag: fields.delivery_tag,
                isRedelivered: fields.redelivered != 0,
                exchange: String(fields.exchange),
                routingKey: String(fields.routing_key)
            )
        case AMQP_BASIC_GET_OK_METHOD:
            let fields = decoded(method, as: amqp_basic_get_ok_t.self)
            return .fetched(
                deliveryTag: fields.delivery_tag,
                isRedelivered: fields.redelivered != 0,
                exchange: String(fields.exchange),
                routingKey: String(fields.routing_key),
                remaining: Int(fields.message_count)
            )
        case AMQP_BASIC_RETURN_METHOD:
            let fields = decoded(method, as: amqp_basic_return_t.self)
            return .returned(
                code: fields.reply_code,
                reason: String(fields.reply_text),
                exchange: String(fields.exchange),
                routingKey: String(fields.routing_key)
            )
        case AMQP_BASIC_ACK_METHOD:
            let fields = decoded(method, as: amqp_basic_ack_t.self)
            return .acked(tag: fields.delivery_tag, multiple: fields.multiple != 0)
        case AMQP_BASIC_NACK_METHOD:
            let fields = decoded(method, as: amqp_basic_nack_t.self)
            return .nacked(tag: fields.delivery_tag, multiple: fields.multiple != 0)
        case AMQP_BASIC_CANCEL_METHOD:
            return .consumerCancelled(consumerTag: String(decoded(method, as: amqp_basic_cancel_t.self).consumer_tag))
        case AMQP_CHANNEL_CLOSE_METHOD:
            let fields = decoded(method, as: amqp_channel_close_t.self)
            return .closed(code: fields.reply_code, reason: String(fields.reply_text))
        default:
            return reply(method).map(AMQPChannelFrame.reply) ?? .unexpected(method: method.id)
        }
    }

    private static func reply(_ method: amqp_method_t) -> AMQPReply? {
        switch method.id {
        case AMQP_CHANNEL_OPEN_OK_METHOD: .channelOpened
        case AMQP_CHANNEL_CLOSE_OK_METHOD: .channelClosed
        case AMQP_CONFIRM_SELECT_OK_METHOD: .confirmsSelected
        case AMQP_BASIC_QOS_OK_METHOD: .prefetchSet
        case AMQP_BASIC_CONSUME_OK_METHOD:
            .consuming(consumerTag: String(decoded(method, as: amqp_basic_consume_ok_t.self).consumer_tag))
        case AMQP_BASIC_CANCEL_OK_METHOD:
            .cancelled(consumerTag: String(decoded(method, as: amqp_basic_cancel_ok_t.self).consumer_tag))
        case AMQP_QUEUE_DECLARE_OK_METHOD:
            .queueDeclared(AMQPQueueStatus(decoded(method, as: amqp_queue_declare_ok_t.self)))
        case AMQP_EXCHANGE_DECLARE_OK_METHOD: .exchangeDeclared
        case AMQP_QUEUE_BIND_OK_METHOD: .bound
        case AMQP_BASIC_GET_EMPTY_METHOD: .empty
        case AMQP_QUEUE_PURGE_OK_METHOD:
            .purged(messages: Int(decoded(method, as: amqp_queue_purge_ok_t.self).message_count))
        case AMQP_QUEUE_DELETE_OK_METHOD:
            .deleted(messages: Int(decoded(method, as: amqp_queue_delete_ok_t.self).message_count))
        default: nil
        }
    }

    /// The fields of a method; the library decodes them by the method's number, so number and type always agree.
    private static func decoded<Fields>(_ method: amqp_method_t, as type: Fields.Type) -> Fields {
        method.decoded.load(as: type)
    }
}

extension AMQPQueueStatus {
    fileprivate init(_ fields: amqp_queue_declare_ok_t) {
        self.init(messages: Int(fields.message_count), consumers: Int(fields.consumer_count))
    }
}

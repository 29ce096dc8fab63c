import CRabbitMQ
import Foundation
import Telemetry

extension AMQPWire {
    /// Whether there may be more to take; else the kernel tells when there is.
    var hasReceivedMore: Bool { mayHaveMore || arrived.isHolding || !early.isEmpty }

    /// Takes one frame if one has arrived whole, and lends it to the closure.
    ///
    /// - Parameter body: Gets the frame; pointers in it are valid until it returns.
    /// - Returns: Whether there was a frame; `false` means that everything received so far is taken.
    /// - Throws: What ended the connection.
    func receive(_ body: (AMQPInboundFrame) -> Void) throws(TransportError) -> Bool {
        if !early.isEmpty {
            body(early.removeFirst())
            return true
        }
        repeat {
            while let frame = try nextFrame() {
                guard let received = try received(frame) else { continue }
                body(received)
                return true
            }
        } while try read()
        return false
    }

    private func nextFrame() throws(TransportError) -> AMQPFrameBuffer.Frame? {
        do throws(AMQPFrameBuffer.Fault) {
            return try arrived.next()
        } catch {
            throw AMQPChannelStateMachine.violation(error.sentence)
        }
    }

    /// Reads what has arrived; says whether there was something.
    private func read() throws(TransportError) -> Bool {
        let room = arrived.room()
        let count: Int
        if let session {
            count = Int(crabbitmq_read(session, room.baseAddress, Int32(clamping: room.count)))
            // It holds back what it has decrypted, without the kernel's knowing.
            mayHaveMore = count > 0
        } else {
            count = Foundation.recv(socket, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
            mayHaveMore = count == room.count
            if count < 0, errno == EAGAIN || errno == EINTR { return false }
            guard count != 0 else {
                throw .amqp(status: AMQP_STATUS_CONNECTION_CLOSED.rawValue, operation: "broker.receive")
            }
        }
        guard count >= 0 else {
            let status = session == nil ? AMQP_STATUS_SOCKET_ERROR.rawValue : Int32(count)
            throw .amqp(status: status, operation: "broker.receive")
        }
        guard count > 0 else { return false }
        arrived.filled(count)
        heard()
        return true
    }

    /// Decodes a frame; nil for one that only says that the broker lives.
    private func received(_ frame: AMQPFrameBuffer.Frame) throws(TransportError) -> AMQPInboundFrame? {
        switch Int32(frame.type) {
        case AMQP_FRAME_METHOD:
            decoder.recycle()
            return Self.received(try decoder.method(frame.payload), channel: frame.channel)
        case AMQP_FRAME_HEADER:
            return .channel(frame.channel, try Self.header(frame.payload))
        case AMQP_FRAME_BODY:
            return .channel(frame.channel, .body(frame.payload))
        default:
            return nil
        }
    }

    /// A content header: class, weight and size of the body, and then the properties.
    private static func header(_ payload: UnsafeRawBufferPointer) throws(TransportError) -> AMQPChannelFrame {
        var fields = AMQPFieldReader(payload)
        do throws(AMQPFieldReader.Cut) {
            let (kind, _) = (try fields.number(UInt16.self), try fields.number(UInt16.self))
            let size = try fields.number(UInt64.self)
            guard kind == AMQP_BASIC_CLASS else { throw AMQPFieldReader.Cut() }
            return .header(bodySize: size, message: AMQPMessage(properties: fields.rest))
        } catch {
            throw AMQPChannelStateMachine.violation("a content header that is none of a message")
        }
    }

    static func received(_ method: amqp_method_t, channel: UInt16) -> AMQPInboundFrame {
        channel == 0 ? .connection(connectionFrame(method)) : .channel(channel, channelFrame(method))
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

extension String {
    /// The text of a C buffer; bytes that are not UTF-8 become replacement characters.
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}

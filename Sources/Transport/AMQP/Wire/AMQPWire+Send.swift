import CRabbitMQ
import Telemetry

extension AMQPWire {
    private static var none: amqp_bytes_t { amqp_bytes_t(len: 0, bytes: nil) }

    /// Sends a request; the answer comes as a frame.
    func send(_ request: AMQPRequest, channel: UInt16) throws(TransportError) {
        defer { arena.recycle() }
        switch request {
        case .openChannel:
            var fields = amqp_channel_open_t(out_of_band: Self.none)
            try send(channel, AMQP_CHANNEL_OPEN_METHOD, &fields, request)
        case .closeChannel:
            var fields = amqp_channel_close_t(reply_code: 200, reply_text: Self.none, class_id: 0, method_id: 0)
            try send(channel, AMQP_CHANNEL_CLOSE_METHOD, &fields, request)
        case .selectConfirms:
            var fields = amqp_confirm_select_t(nowait: 0)
            try send(channel, AMQP_CONFIRM_SELECT_METHOD, &fields, request)
        case .setPrefetch(let count):
            var fields = amqp_basic_qos_t(prefetch_size: 0, prefetch_count: count, global: 0)
            try send(channel, AMQP_BASIC_QOS_METHOD, &fields, request)
        case .consume(let queue, let consumerTag, let arguments):
            var fields = amqp_basic_consume_t()
            fields.queue = arena.bytes(queue)
            fields.consumer_tag = arena.bytes(consumerTag)
            fields.arguments = arena.table(arguments)
            try send(channel, AMQP_BASIC_CONSUME_METHOD, &fields, request)
        case .cancel(let consumerTag):
            var fields = amqp_basic_cancel_t(consumer_tag: arena.bytes(consumerTag), nowait: 0)
            try send(channel, AMQP_BASIC_CANCEL_METHOD, &fields, request)
        case .declare(let declaration):
            try send(declaration, channel, request)
        case .get(let queue):
            var fields = amqp_basic_get_t(ticket: 0, queue: arena.bytes(queue), no_ack: 0)
            try send(channel, AMQP_BASIC_GET_METHOD, &fields, request)
        case .purge(let queue):
            var fields = amqp_queue_purge_t(ticket: 0, queue: arena.bytes(queue), nowait: 0)
            try send(channel, AMQP_QUEUE_PURGE_METHOD, &fields, request)
        case .delete(let queue):
            var fields = amqp_queue_delete_t()
            fields.queue = arena.bytes(queue)
            try send(channel, AMQP_QUEUE_DELETE_METHOD, &fields, request)
        }
    }

    /// Settles a delivery, or all up to it.
    func send(_ frame: AMQPSettlementWindow.Frame, channel: UInt16) throws(TransportError) {
        let (tag, multiple) = (frame.tag, amqp_boolean_t(frame.isMultiple ? 1 : 0))
        switch frame.answer {
        case .ack:
            var fields = amqp_basic_ack_t(delivery_tag: tag, multiple: multiple)
            try send(channel: channel, method: AMQP_BASIC_ACK_METHOD, &fields, operation: "delivery.acknowledge")
        case .nack(let requeue):
            var fields = amqp_basic_nack_t(delivery_tag: tag, multiple: multiple, requeue: requeue ? 1 : 0)
            try send(channel: channel, method: AMQP_BASIC_NACK_METHOD, &fields, operation: "delivery.give_back")
        case .reject(let requeue):
            var fields = amqp_basic_reject_t(delivery_tag: tag, requeue: requeue ? 1 : 0)
            try send(channel: channel, method: AMQP_BASIC_REJECT_METHOD, &fields, operation: "delivery.reject")
        }
    }

    /// Confirms that the broker closed a channel.
    func confirmClose(channel: UInt16) throws(TransportError) {
        var fields = amqp_channel_close_ok_t()
        try send(channel: channel, method: AMQP_CHANNEL_CLOSE_OK_METHOD, &fields, operation: "channel.close")
    }

    /// Asks for the end of the connection, or confirms that the broker ended it.
    func sendClose(isAnswer: Bool) throws(TransportError) {
        if isAnswer {
            var fields = amqp_connection_close_ok_t()
            try send(channel: 0, method: AMQP_CONNECTION_CLOSE_OK_METHOD, &fields, operation: "broker.close")
        } else {
            var fields = amqp_connection_close_t(reply_code: 200, reply_text: Self.none, class_id: 0, method_id: 0)
            try send(channel: 0, method: AMQP_CONNECTION_CLOSE_METHOD, &fields, operation: "broker.close")
        }
    }

    /// Sends the method and the header of a publish; the body follows with ``sendBody(_:channel:)``.
    func beginPublish(_ publish: AMQPPublish, channel: UInt16) throws(TransportError) {
        defer { arena.recycle() }
        var fields = amqp_basic_publish_t()
        fields.exchange = arena.bytes(publish.exchange)
        fields.routing_key = arena.bytes(publish.routingKey)
        fields.mandatory = publish.isMandatory ? 1 : 0
        try send(channel: channel, method: AMQP_BASIC_PUBLISH_METHOD, &fields, operation: "message.publish")
        var properties = publish.message.properties(in: arena)
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_HEADER)
        frame.channel = channel
        frame.payload.properties.class_id = UInt16(AMQP_BASIC_CLASS)
        frame.payload.properties.body_size = UInt64(publish.message.body.count)
        let status = withUnsafeMutablePointer(to: &properties) { pointer -> Result<Void, TransportError> in
            frame.payload.properties.decoded = UnsafeMutableRawPointer(pointer)
            return Result { () throws(TransportError) in
                try send(&frame, size: publish.headerRoom, operation: "message.publish")
            }
        }
        try status.get()
    }

    /// Sends a piece of a body, at most ``frameLimit`` with the eight bytes around it.
    func sendBody(_ piece: UnsafeRawBufferPointer, channel: UInt16) throws(TransportError) {
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_BODY)
        frame.channel = channel
        frame.payload.body_fragment = amqp_bytes_t(
            len: piece.count,
            bytes: UnsafeMutableRawPointer(mutating: piece.baseAddress)
        )
        try send(&frame, size: piece.count + 8, operation: "message.publish")
    }

    private func send(
        _ channel: UInt16,
        _ method: amqp_method_number_t,
        _ fields: UnsafeMutableRawPointer,
        _ request: AMQPRequest
    ) throws(TransportError) {
        try send(channel: channel, method: method, fields, operation: request.operation)
    }

    private func send(
        _ declaration: AMQPDeclaration,
        _ channel: UInt16,
        _ request: AMQPRequest
    ) throws(TransportError) {
        switch declaration {
        case .queue(let name, let durable, let exclusive, let autoDelete, let arguments, let passive):
            var fields = amqp_queue_declare_t()
            fields.queue = arena.bytes(name)
            fields.durable = durable ? 1 : 0
            fields.exclusive = exclusive ? 1 : 0
            fields.auto_delete = autoDelete ? 1 : 0
            fields.passive = passive ? 1 : 0
            fields.arguments = arena.table(arguments)
            try send(channel, AMQP_QUEUE_DECLARE_METHOD, &fields, request)
        case .exchange(let name, let type, let durable, let passive):
            var fields = amqp_exchange_declare_t()
            fields.exchange = arena.bytes(name)
            fields.type = arena.bytes(type)
            fields.durable = durable ? 1 : 0
            fields.passive = passive ? 1 : 0
            try send(channel, AMQP_EXCHANGE_DECLARE_METHOD, &fields, request)
        case .binding(let queue, let exchange, let routingKey):
            var fields = amqp_queue_bind_t()
            fields.queue = arena.bytes(queue)
            fields.exchange = arena.bytes(exchange)
            fields.routing_key = arena.bytes(routingKey)
            try send(channel, AMQP_QUEUE_BIND_METHOD, &fields, request)
        }
    }
}

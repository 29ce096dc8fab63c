import CRabbitMQ

extension AMQPMessage {
    /// Reads the properties of a content header; the body comes later.
    ///
    /// What does not fit into the bytes, and all that follows it, is left out: whatever the header is, the message can be settled.
    init(properties bytes: UnsafeRawBufferPointer) {
        self.init(body: [], isPersistent: false)
        var fields = AMQPFieldReader(bytes)
        try? read(&fields)
    }

    private mutating func read(_ fields: inout AMQPFieldReader) throws(AMQPFieldReader.Cut) {
        let flags = try fields.number(UInt16.self)
        func has(_ flag: Int32) -> Bool { UInt32(flags) & UInt32(flag) != 0 }
        // The lowest bit says that there are more flags; none are defined.
        var latest = flags
        while latest & 1 != 0 { latest = try fields.number(UInt16.self) }
        if has(AMQP_BASIC_CONTENT_TYPE_FLAG) { contentType = try fields.shortText() }
        if has(AMQP_BASIC_CONTENT_ENCODING_FLAG) { contentEncoding = try fields.shortText() }
        if has(AMQP_BASIC_HEADERS_FLAG) { headers = AMQPValue.table(try fields.long()) }
        if has(AMQP_BASIC_DELIVERY_MODE_FLAG) { isPersistent = try fields.number(UInt8.self) == 2 }
        if has(AMQP_BASIC_PRIORITY_FLAG) { priority = try fields.number(UInt8.self) }
        if has(AMQP_BASIC_CORRELATION_ID_FLAG) { correlationID = try fields.shortText() }
        if has(AMQP_BASIC_REPLY_TO_FLAG) { replyTo = try fields.shortText() }
        if has(AMQP_BASIC_EXPIRATION_FLAG) { expiration = try fields.shortText() }
        if has(AMQP_BASIC_MESSAGE_ID_FLAG) { messageID = try fields.shortText() }
        if has(AMQP_BASIC_TIMESTAMP_FLAG) { timestamp = try fields.number(UInt64.self) }
        if has(AMQP_BASIC_TYPE_FLAG) { type = try fields.shortText() }
        if has(AMQP_BASIC_USER_ID_FLAG) { userID = try fields.shortText() }
        if has(AMQP_BASIC_APP_ID_FLAG) { appID = try fields.shortText() }
    }

    /// The properties as librabbitmq wants them, in memory of the arena.
    func properties(in arena: AMQPArena) -> amqp_basic_properties_t {
        var properties = amqp_basic_properties_t()
        func set(_ flag: Int32, _ path: WritableKeyPath<amqp_basic_properties_t, amqp_bytes_t>, _ text: String?) {
            guard let text else { return }
            properties._flags |= UInt32(flag)
            properties[keyPath: path] = arena.bytes(text)
        }
        set(AMQP_BASIC_MESSAGE_ID_FLAG, \.message_id, messageID)
        set(AMQP_BASIC_CORRELATION_ID_FLAG, \.correlation_id, correlationID)
        set(AMQP_BASIC_CONTENT_TYPE_FLAG, \.content_type, contentType)
        set(AMQP_BASIC_REPLY_TO_FLAG, \.reply_to, replyTo)
        set(AMQP_BASIC_TYPE_FLAG, \.type, type)
        set(AMQP_BASIC_CONTENT_ENCODING_FLAG, \.content_encoding, contentEncoding)
        set(AMQP_BASIC_EXPIRATION_FLAG, \.expiration, expiration)
        set(AMQP_BASIC_USER_ID_FLAG, \.user_id, userID)
        set(AMQP_BASIC_APP_ID_FLAG, \.app_id, appID)
        if let priority {
            properties._flags |= UInt32(AMQP_BASIC_PRIORITY_FLAG)
            properties.priority = priority
        }
        properties._flags |= UInt32(AMQP_BASIC_DELIVERY_MODE_FLAG)
        properties.delivery_mode = isPersistent ? 2 : 1
        if let timestamp {
            properties._flags |= UInt32(AMQP_BASIC_TIMESTAMP_FLAG)
            properties.timestamp = timestamp
        }
        if !headers.isEmpty {
            properties._flags |= UInt32(AMQP_BASIC_HEADERS_FLAG)
            properties.headers = arena.table(headers)
        }
        return properties
    }
}

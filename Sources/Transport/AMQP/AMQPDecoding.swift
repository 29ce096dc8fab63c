import CRabbitMQ

extension String {
    /// The text of a C buffer; bytes that are not UTF-8 become replacement characters.
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }

    /// A text that AMQP carries with a length of one byte; it can be sent again whatever its bytes were.
    ///
    /// A replacement character has three bytes, so that repairing may make a text longer than it came.
    init(short bytes: amqp_bytes_t) {
        self = String(bytes).cut(toUTF8: AMQPText.longest)
    }

    /// As much of the beginning as has no more than so many bytes; characters stay whole.
    package func cut(toUTF8 limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: max(0, limit))
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}

extension AMQPValue {
    /// Nesting beyond this is cut off: the broker's own headers nest three deep.
    private static let deepest = 16

    /// A table of C as a dictionary; of a key given twice the last counts.
    static func table(_ table: amqp_table_t, depth: Int = 0) -> [String: AMQPValue] {
        guard depth < deepest, let entries = table.entries else { return [:] }
        var values: [String: AMQPValue] = [:]
        for entry in UnsafeBufferPointer(start: entries, count: Int(table.num_entries)) {
            values[String(short: entry.key)] = AMQPValue(entry.value, depth: depth + 1)
        }
        return values
    }

    private init(_ field: amqp_field_value_t, depth: Int) {
        self =
            switch amqp_field_value_kind_t(rawValue: UInt32(field.kind)) {
            case AMQP_FIELD_KIND_BOOLEAN: .bool(field.value.boolean != 0)
            case AMQP_FIELD_KIND_I8: .int(Int64(field.value.i8))
            case AMQP_FIELD_KIND_U8: .int(Int64(field.value.u8))
            case AMQP_FIELD_KIND_I16: .int(Int64(field.value.i16))
            case AMQP_FIELD_KIND_U16: .int(Int64(field.value.u16))
            case AMQP_FIELD_KIND_I32: .int(Int64(field.value.i32))
            case AMQP_FIELD_KIND_U32: .int(Int64(field.value.u32))
            case AMQP_FIELD_KIND_I64: .int(field.value.i64)
            case AMQP_FIELD_KIND_U64: .int(Int64(clamping: field.value.u64))
            case AMQP_FIELD_KIND_F32: .double(Double(field.value.f32))
            case AMQP_FIELD_KIND_F64: .double(field.value.f64)
            case AMQP_FIELD_KIND_DECIMAL:
                .decimal(scale: field.value.decimal.decimals, unscaled: field.value.decimal.value)
            case AMQP_FIELD_KIND_UTF8: AMQPValue(text: field.value.bytes)
            case AMQP_FIELD_KIND_BYTES: .bytes(AMQPValue.copy(field.value.bytes))
            case AMQP_FIELD_KIND_TIMESTAMP: .timestamp(field.value.u64)
            case AMQP_FIELD_KIND_ARRAY: .array(AMQPValue.list(field.value.array, depth: depth))
            case AMQP_FIELD_KIND_TABLE: .table(AMQPValue.table(field.value.table, depth: depth))
            default: .null
            }
    }

    /// Text as text if it is UTF-8, else as the bytes it has.
    private init(text bytes: amqp_bytes_t) {
        let copy = Self.copy(bytes)
        self = String(validating: copy, as: UTF8.self).map(AMQPValue.string) ?? .bytes(copy)
    }

    private static func copy(_ bytes: amqp_bytes_t) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len))
    }

    private static func list(_ array: amqp_array_t, depth: Int) -> [AMQPValue] {
        guard depth < deepest, let entries = array.entries else { return [] }
        return UnsafeBufferPointer(start: entries, count: Int(array.num_entries))
            .map { AMQPValue($0, depth: depth + 1) }
    }
}

extension AMQPMessage {
    /// The properties of a content header; the body comes later.
    init(_ properties: amqp_basic_properties_t) {
        func text(_ flag: Int32, _ bytes: amqp_bytes_t) -> String? {
            properties._flags & UInt32(flag) == 0 ? nil : String(short: bytes)
        }
        func has(_ flag: Int32) -> Bool { properties._flags & UInt32(flag) != 0 }
        self.init(
            body: [],
            messageID: text(AMQP_BASIC_MESSAGE_ID_FLAG, properties.message_id),
            correlationID: text(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id),
            contentType: text(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type),
            replyTo: text(AMQP_BASIC_REPLY_TO_FLAG, properties.reply_to),
            type: text(AMQP_BASIC_TYPE_FLAG, properties.type),
            isPersistent: has(AMQP_BASIC_DELIVERY_MODE_FLAG) && properties.delivery_mode == 2,
            timestamp: has(AMQP_BASIC_TIMESTAMP_FLAG) ? properties.timestamp : nil,
            headers: has(AMQP_BASIC_HEADERS_FLAG) ? AMQPValue.table(properties.headers) : [:]
        )
        contentEncoding = text(AMQP_BASIC_CONTENT_ENCODING_FLAG, properties.content_encoding)
        priority = has(AMQP_BASIC_PRIORITY_FLAG) ? properties.priority : nil
        expiration = text(AMQP_BASIC_EXPIRATION_FLAG, properties.expiration)
        userID = text(AMQP_BASIC_USER_ID_FLAG, properties.user_id)
        appID = text(AMQP_BASIC_APP_ID_FLAG, properties.app_id)
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

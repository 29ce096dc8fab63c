extension AMQPValue {
    /// Nesting beyond this is cut off: the broker's own headers nest three deep.
    private static let deepest = 16

    /// Reads a table; of a key given twice the last counts.
    ///
    /// Tables and lists say how long they are, so that one nested too deep is left out without looking into it, and one that makes no
    /// sense from some field on costs that field and what follows in it.
    static func table(_ bytes: UnsafeRawBufferPointer, depth: Int = 0) -> [String: AMQPValue] {
        var values: [String: AMQPValue] = [:]
        read(bytes, depth: depth) { fields throws(AMQPFieldReader.Cut) in
            let key = try fields.shortText()
            guard let value = try AMQPValue(&fields, depth: depth + 1) else { return false }
            values[key] = value
            return true
        }
        return values
    }

    private static func list(_ bytes: UnsafeRawBufferPointer, depth: Int) -> [AMQPValue] {
        var values: [AMQPValue] = []
        read(bytes, depth: depth) { fields throws(AMQPFieldReader.Cut) in
            guard let value = try AMQPValue(&fields, depth: depth + 1) else { return false }
            values.append(value)
            return true
        }
        return values
    }

    /// Reads entry after entry for as long as there are some that make sense.
    private static func read(
        _ bytes: UnsafeRawBufferPointer,
        depth: Int,
        entry: (inout AMQPFieldReader) throws(AMQPFieldReader.Cut) -> Bool
    ) {
        guard depth < deepest else { return }
        var fields = AMQPFieldReader(bytes)
        while !fields.isAtEnd {
            guard (try? entry(&fields)) == true else { return }
        }
    }

    /// Reads a value with its kind in front, as RabbitMQ writes them; nil for a kind that is unknown, and with it its length.
    ///
    /// See https://www.rabbitmq.com/amqp-0-9-1-errata#section_3
    private init?(_ fields: inout AMQPFieldReader, depth: Int) throws(AMQPFieldReader.Cut) {
        switch Character(Unicode.Scalar(try fields.number(UInt8.self))) {
        case "t": self = .bool(try fields.number(UInt8.self) != 0)
        case "b": self = .int(Int64(try fields.number(Int8.self)))
        case "B": self = .int(Int64(try fields.number(UInt8.self)))
        case "s": self = .int(Int64(try fields.number(Int16.self)))
        case "u": self = .int(Int64(try fields.number(UInt16.self)))
        case "I": self = .int(Int64(try fields.number(Int32.self)))
        case "i": self = .int(Int64(try fields.number(UInt32.self)))
        case "l": self = .int(try fields.number(Int64.self))
        case "L": self = .int(Int64(clamping: try fields.number(UInt64.self)))
        case "f": self = .double(Double(Float(bitPattern: try fields.number(UInt32.self))))
        case "d": self = .double(Double(bitPattern: try fields.number(UInt64.self)))
        case "D": self = .decimal(scale: try fields.number(UInt8.self), unscaled: try fields.number(UInt32.self))
        case "S": self = Self.text(try fields.long())
        case "x": self = .bytes(Array(try fields.long()))
        case "T": self = .timestamp(try fields.number(UInt64.self))
        case "A": self = .array(Self.list(try fields.long(), depth: depth))
        case "F": self = .table(Self.table(try fields.long(), depth: depth))
        case "V": self = .null
        default: return nil
        }
    }

    /// Text as text if it is UTF-8, else as the bytes it has.
    private static func text(_ bytes: UnsafeRawBufferPointer) -> AMQPValue {
        String(validating: bytes, as: UTF8.self).map(AMQPValue.string) ?? .bytes(Array(bytes))
    }
}

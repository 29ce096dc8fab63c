/// A value in the headers of a message or in the arguments of a queue.
package enum AMQPValue: Sendable, Hashable {
    /// `true` or `false`.
    case bool(Bool)
    /// Any integer; sent as 64 bits, received from every width.
    case int(Int64)
    /// A floating-point number; sent as 64 bits.
    case double(Double)
    /// A decimal number: `unscaled` divided by ten to the power of `scale`.
    case decimal(scale: UInt8, unscaled: UInt32)
    /// Text (long string).
    case string(String)
    /// Bytes that are not text, or said to be text and not UTF-8.
    case bytes([UInt8])
    /// Seconds since 1970.
    case timestamp(UInt64)
    /// A list.
    case array([AMQPValue])
    /// A nested table.
    case table([String: AMQPValue])
    /// Nothing, or something this type cannot hold.
    case null

    /// The integer, if this is one.
    package var int: Int64? {
        if case .int(let value) = self { value } else { nil }
    }

    /// The integer as a count of something, if this is one: between 0 and a billion, so that a few of them can be added up.
    package var count: Int? {
        int.map { Int(clamping: min(max($0, 0), 1_000_000_000)) }
    }

    /// The text, if this is one.
    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The list, if this is one.
    package var array: [AMQPValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The table, if this is one.
    package var table: [String: AMQPValue]? {
        if case .table(let value) = self { value } else { nil }
    }
}

extension AMQPValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// Text.
    package init(stringLiteral value: String) { self = .string(value) }
    /// An integer.
    package init(integerLiteral value: Int64) { self = .int(value) }
    /// `true` or `false`.
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension AMQPMessage {
    /// The most bytes of a content header that go through whatever was agreed with the broker: a header has one frame, and the smallest
    /// frame anyone uses has 4 KiB.
    package static let surelyFittingHeader = 3 << 10
    /// The most bytes of a content header at all; what fits depends on the connection.
    static let largestHeader = 120 << 10

    /// An upper bound of the bytes of the content header.
    package var headerSize: Int {
        texts.reduce(64) { $0 + 1 + $1.utf8.count } + Self.size(headers)
    }

    /// The properties that AMQP carries with a length of one byte.
    var texts: [String] {
        [
            messageID, correlationID, contentType, contentEncoding, replyTo, type, expiration, userID, appID,
        ].compactMap(\.self)
    }

    /// Takes out headers, the largest first, until the content header fits.
    ///
    /// - Parameter limit: The most bytes of the content header.
    /// - Returns: The names of those taken out.
    package mutating func cutHeaders(toFit limit: Int) -> [String] {
        var excess = headerSize - limit
        guard excess > 0 else { return [] }
        var cut: [String] = []
        let sizes = headers.map { (key: $0.key, size: 1 + $0.key.utf8.count + Self.size($0.value)) }
        for (key, size) in sizes.sorted(by: { ($1.size, $0.key) < ($0.size, $1.key) }) where excess > 0 {
            headers[key] = nil
            excess -= size
            cut.append(key)
        }
        return cut
    }

    private static func size(_ table: [String: AMQPValue]) -> Int {
        table.reduce(4) { $0 + 1 + $1.key.utf8.count + size($1.value) }
    }

    private static func size(_ value: AMQPValue) -> Int {
        switch value {
        case .bool, .int, .double, .decimal, .timestamp, .null: 9
        case .string(let text): 5 + text.utf8.count
        case .bytes(let bytes): 5 + bytes.count
        case .array(let values): values.reduce(5) { $0 + size($1) }
        case .table(let values): 1 + size(values)
        }
    }
}

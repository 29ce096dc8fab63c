extension JSONValue {
    /// The document as UTF-8, keys in alphabetical order so that equal values have equal bytes.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        encode(into: &bytes)
        return bytes
    }

    /// The value of a UTF-8 document.
    ///
    /// - Throws: `JSONError` with the offset of the first wrong byte.
    package init(parsing bytes: [UInt8]) throws(JSONError) {
        self = try JSONParser.parse(bytes)
    }

    private func encode(into bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .number(let value): Self.encode(value, into: &bytes)
        case .string(let text): Self.encode(text, into: &bytes)
        case .array(let values): Self.encode(list: values, into: &bytes) { $0.encode(into: &$1) }
        case .numbers(let values): Self.encode(list: values, into: &bytes) { Self.encode($0, into: &$1) }
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.encode(member.key, into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.encode(into: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func encode<Element>(
        list: [Element],
        into bytes: inout [UInt8],
        _ encodeOne: (Element, inout [UInt8]) -> Void
    ) {
        bytes.append(UInt8(ascii: "["))
        for (index, element) in list.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            encodeOne(element, &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private static func encode(_ number: Double, into bytes: inout [UInt8]) {
        if let whole = Int(exactly: number) {
            bytes += "\(whole)".utf8
        } else {
            // JSON knows neither infinity nor NaN.
            bytes += (number.isFinite ? "\(number)" : "null").utf8
        }
    }

    private static func encode(_ text: String, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += #"\""#.utf8
            case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
            case 0x0A: bytes += #"\n"#.utf8
            case 0..<0x20:
                bytes += (byte < 0x10 ? #"\u000"# : #"\u00"#).utf8
                bytes += String(byte, radix: 16).utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

/// Goes over the bytes of a document once, and either makes values of them or only proves that they are some.
///
/// Errors name the first byte that cannot be there, and its line.
struct JSONReader {
    let bytes: [UInt8]
    let end: Int
    let dialect: JSONDialect
    /// The place of the next byte.
    var offset: Int
    /// The line of the next byte.
    var line: Int32 = 1
    /// How many arrays and objects the next byte is in.
    var depth = 0
    private let mostValues: Int
    private var count = 0

    init(_ bytes: [UInt8], in range: Range<Int>? = nil, dialect: JSONDialect = .strict, mostValues: Int = .max) {
        self.bytes = bytes
        self.dialect = dialect
        self.mostValues = mostValues
        offset = range?.lowerBound ?? 0
        end = range?.upperBound ?? bytes.count
    }

    func failure(_ message: String, at place: Int? = nil, _ code: JSONError.Code = .malformed) -> JSONError {
        JSONError(code: code, offset: place ?? offset, line: Int(line), message: message)
    }

    /// Goes over a byte order mark, with which some editors begin a file.
    mutating func skipByteOrderMark() {
        if bytes[offset..<end].starts(with: [0xEF, 0xBB, 0xBF]) { offset += 3 }
    }

    /// Sees to it that nothing but blanks is left.
    mutating func finish() throws(JSONError) {
        skipBlanks()
        guard offset == end else { throw failure("something stands after the end") }
    }

    /// Reads a value.
    mutating func value() throws(JSONError) -> JSONValue {
        count += 1
        guard count <= mostValues else { throw failure("more than \(mostValues) values", .tooManyValues) }
        skipBlanks()
        let start = line
        return JSONValue(try content(), line: start)
    }

    private mutating func content() throws(JSONError) -> JSONValue.Content {
        switch next {
        case UInt8(ascii: "{"):
            return .object(try object())
        case UInt8(ascii: "["):
            return try array()
        case UInt8(ascii: "\""):
            let string = try string()
            return string.isBroken ? .null : .string(text(of: string))
        case UInt8(ascii: "t"):
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        default:
            if dialect == .python, takeNonNumber() { return .null }
            return try content(of: try number())
        }
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        var members: [JSONObject.Member] = []
        try eachMember { reader, key, line throws(JSONError) in
            let value = try reader.value()
            members.append(JSONObject.Member(key: reader.text(of: key), line: Int(line), value: value))
        }
        return JSONObject(members: members)
    }

    private mutating func array() throws(JSONError) -> JSONValue.Content {
        let start = line
        var numbers: [Double] = []
        var values: [JSONValue] = []
        try eachElement { reader throws(JSONError) in
            let value = try reader.value()
            // Numbers gather as doubles until something else turns up.
            if values.isEmpty, value.line == start, let number = value.exactDouble {
                numbers.append(number)
                return
            }
            if !numbers.isEmpty {
                values = numbers.map { JSONValue(.number($0), line: start) }
                numbers = []
            }
            values.append(value)
        }
        return numbers.isEmpty ? .array(values) : .numbers(numbers)
    }
}

extension JSONValue {
    /// The number, when this is one that a `Double` holds as it is.
    fileprivate var exactDouble: Double? {
        switch content {
        case .integer(let value): Double(exactly: value)
        case .number(let value): value
        default: nil
        }
    }
}

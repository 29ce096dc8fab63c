/// A JSON value: read from a document, with the line it stands on, or made by the program.
///
/// Members keep their order and their repetitions, as whoever wrote a file by hand must hear of a key that is declared twice. A long array
/// of numbers is kept as plain doubles: a species classifier's result has hundreds of thousands, and a node for each would take
/// several times their memory.
package struct JSONValue: Sendable {
    /// The kinds of value.
    package enum Content: Sendable {
        case null
        case bool(Bool)
        /// A number that was written without fraction and exponent, and that an `Int` holds.
        case integer(Int)
        case number(Double)
        case string(String)
        case array([JSONValue])
        /// An array that has numbers alone, at least one, all of them on its own line.
        case numbers([Double])
        case object(JSONObject)
    }

    /// Its kind, with its content.
    package let content: Content
    private let place: Int32

    /// The line it begins on, from 1; 0 for what was not read.
    package var line: Int { Int(place) }

    init(_ content: Content, line: Int32) {
        self.content = content
        place = line
    }

    private init(_ content: Content) {
        self.init(content, line: 0)
    }

    /// The JSON null.
    package static let null = JSONValue(.null)
    /// True or false.
    package static func bool(_ value: Bool) -> JSONValue { JSONValue(.bool(value)) }
    /// A number; one that JSON cannot say is written as null.
    package static func number(_ value: Double) -> JSONValue { JSONValue(.number(value)) }
    /// A string.
    package static func string(_ value: String) -> JSONValue { JSONValue(.string(value)) }
    /// An array.
    package static func array(_ elements: [JSONValue]) -> JSONValue { JSONValue(.array(elements)) }
    /// An object.
    package static func object(_ members: JSONObject) -> JSONValue { JSONValue(.object(members)) }

    /// A whole number.
    package init(_ value: Int) { self.init(.integer(value)) }
}

extension JSONValue {
    /// The member of an object, the last one of its name; nil for anything else.
    package subscript(key: String) -> JSONValue? { object?[key] }

    /// The members, when this is an object.
    package var object: JSONObject? {
        guard case .object(let members) = content else { return nil }
        return members
    }

    /// The text, when this is a string.
    package var string: String? {
        guard case .string(let text) = content else { return nil }
        return text
    }

    /// The number, when this is one.
    package var double: Double? {
        switch content {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The number, when this is one without a fraction, however it was written.
    package var int: Int? {
        switch content {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The truth value, when this is one.
    package var bool: Bool? {
        guard case .bool(let value) = content else { return nil }
        return value
    }

    /// The elements, when this is an array.
    package var elements: [JSONValue]? {
        switch content {
        case .array(let values): values
        case .numbers(let values): values.map { JSONValue(.number($0), line: place) }
        default: nil
        }
    }

    /// The numbers, when this is an array of nothing else.
    package var doubles: [Double]? {
        switch content {
        case .numbers(let values):
            return values
        case .array(let values):
            let numbers = values.compactMap(\.double)
            return numbers.count == values.count ? numbers : nil
        default:
            return nil
        }
    }

    /// The texts, when this is an array of nothing else.
    package var strings: [String]? {
        guard case .array(let values) = content else { return nil }
        let texts = values.compactMap(\.string)
        return texts.count == values.count ? texts : nil
    }

    /// An id, which some write as a string and some as a whole number.
    package var id: String? { int.map { "\($0)" } ?? string }

    /// A whole number, which some write as one and some as a string.
    package var lenientInt: Int? { int ?? string.flatMap { Int($0) } }

    /// Whether this is null.
    package var isNull: Bool {
        if case .null = content { true } else { false }
    }
}

extension JSONValue: Equatable {
    /// Whether two values say the same, wherever they stand and in whatever order their members are.
    package static func == (one: JSONValue, other: JSONValue) -> Bool {
        switch (one.content, other.content) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.string(let one), .string(let other)): one == other
        case (.integer(let one), .integer(let other)): one == other
        case (.integer, .number), (.number, .integer), (.number, .number): one.double == other.double
        case (.numbers(let one), .numbers(let other)): one == other
        case (.array, .array), (.array, .numbers), (.numbers, .array): one.elements == other.elements
        case (.object(let one), .object(let other)): one == other
        default: false
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByFloatLiteral, ExpressibleByNilLiteral
{
    /// A JSON string.
    package init(stringLiteral value: String) { self = .string(value) }
    /// A JSON number.
    package init(integerLiteral value: Int) { self.init(value) }
    /// A JSON number.
    package init(floatLiteral value: Double) { self = .number(value) }
    /// A JSON truth value.
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    /// The JSON null.
    package init(nilLiteral: ()) { self = .null }
    /// A JSON array.
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// A JSON object.
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}

/// A JSON value, with an array of numbers kept as plain doubles.
///
/// A result of a species classifier carries hundreds of thousands of scores; a node for each would cost fifty times their size.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    /// A non-empty array whose elements are all numbers.
    case numbers([Double])
    case object([String: JSONValue])
}

extension JSONValue {
    /// The member of an object, nil for anything else.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The text, when this is a string.
    package var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The number, when this is one.
    package var double: Double? {
        guard case .number(let value) = self else { return nil }
        return value
    }

    /// The number, when this is one without a fraction.
    package var int: Int? {
        double.flatMap(Int.init(exactly:))
    }

    /// The truth value, when this is one.
    package var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The elements, when this is an array.
    package var elements: [JSONValue]? {
        switch self {
        case .array(let values): values
        case .numbers(let values): values.map(JSONValue.number)
        default: nil
        }
    }

    /// The numbers, when this is an array of nothing else; an empty array gives an empty list.
    package var doubles: [Double]? {
        switch self {
        case .numbers(let values): values
        case .array(let values) where values.isEmpty: []
        default: nil
        }
    }

    var isNull: Bool { self == .null }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByFloatLiteral, ExpressibleByNilLiteral
{
    /// A JSON string.
    package init(stringLiteral value: String) { self = .string(value) }
    /// A JSON number.
    package init(integerLiteral value: Int) { self = .number(Double(value)) }
    /// A JSON number.
    package init(floatLiteral value: Double) { self = .number(value) }
    /// A JSON truth value.
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    /// The JSON null.
    package init(nilLiteral: ()) { self = .null }

    /// A JSON array.
    package init(arrayLiteral elements: JSONValue...) { self.init(elements) }

    /// A JSON object; of two equal keys the last one counts.
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }

    /// A JSON array, kept as plain doubles when it holds only numbers.
    package init(_ elements: [JSONValue]) {
        let numbers = elements.compactMap(\.double)
        self = numbers.count == elements.count && !numbers.isEmpty ? .numbers(numbers) : .array(elements)
    }

    /// A JSON number.
    package init(_ value: Int) { self = .number(Double(value)) }
}

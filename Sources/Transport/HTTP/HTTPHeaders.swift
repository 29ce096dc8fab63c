/// Header fields in the order they were added, looked up without regard to case.
package struct HTTPHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral, Sequence {
    private var fields: [Field]

    /// One header field.
    package struct Field: Sendable, Hashable {
        /// The name as it was written.
        package let name: String
        /// The value without surrounding white space.
        package let value: String
    }

    /// Makes headers from names and values; a name given twice is kept twice.
    ///
    /// - Parameter elements: Names and values.
    package init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0, value: $1) }
    }

    /// Adds a field after those of the same name.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - value: The value.
    package mutating func append(name: String, value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The first value of a name; setting replaces all fields of that name.
    ///
    /// - Parameter name: The name in any case.
    package subscript(name: String) -> String? {
        get { fields.first { Self.same($0.name, name) }?.value }
        set {
            fields.removeAll { Self.same($0.name, name) }
            if let newValue { append(name: name, value: newValue) }
        }
    }

    /// The fields in order.
    package func makeIterator() -> IndexingIterator<[Field]> { fields.makeIterator() }

    /// Only the fields whose name is among those given.
    ///
    /// - Parameter names: Names in lower case.
    /// - Returns: The fields kept, in order.
    package func keeping(only names: Set<String>) -> HTTPHeaders {
        var kept = self
        kept.fields.removeAll { !names.contains($0.name.lowercased()) }
        return kept
    }

    private static func same(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.lowercased() == right.lowercased()
    }
}

extension HTTPHeaders.Field {
    /// Whether the field can be sent as one header line: a token for the name, no control characters in the value.
    var isSendable: Bool {
        Self.isToken(name.utf8) && value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }

    /// Whether bytes can be the name of a field (RFC 9110, 5.6.2).
    static func isToken(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { tokenBytes.contains($0) }
    }

    private static let tokenBytes = Set(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8
    )
}

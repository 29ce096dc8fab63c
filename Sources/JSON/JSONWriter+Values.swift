extension JSONWriter {
    /// Writes a value, the members of objects in the order of their keys, so that equal values have equal bytes; a number without a fraction
    /// as a whole one.
    package mutating func value(_ value: JSONValue) {
        switch value.content {
        case .null: null()
        case .bool(let value): boolean(value)
        case .integer(let value): integer(value)
        case .number(let value): shortest(value)
        case .string(let text): string(text)
        case .array(let values): array { writer in for value in values { writer.value(value) } }
        case .numbers(let values): array { writer in for value in values { writer.shortest(value) } }
        case .object(let members):
            object { writer in
                for (key, value) in members.dictionary.sorted(by: { $0.key < $1.key }) {
                    writer.key(named: key)
                    writer.value(value)
                }
            }
        }
    }

    private mutating func shortest(_ value: Double) {
        if let whole = Int(exactly: value) { integer(whole) } else { number(value) }
    }
}

extension JSONValue {
    /// The document, members in the order of their keys.
    package func encoded(_ style: JSONWriter.Style = .compact) -> [UInt8] {
        var writer = JSONWriter(style: style)
        writer.value(self)
        return writer.finish()
    }
}

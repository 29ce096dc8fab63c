extension JSONValue {
    /// The kind of this value, for a sentence.
    package var kind: String {
        switch content {
        case .object: "an object"
        case .array, .numbers: "an array"
        case .string: "a string"
        case .integer, .number: "a number"
        case .bool: "true or false"
        case .null: "null"
        }
    }
}

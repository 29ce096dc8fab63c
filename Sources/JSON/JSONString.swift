/// A string in a document, known to be one: UTF-8 without faults, escapes that there are, characters that are whole.
struct JSONString {
    /// The bytes between its quotation marks.
    let content: Range<Int>
    /// Whether it has escapes, so that its text is not just its bytes.
    let hasEscapes: Bool
    /// Whether it has half a character, which only ``JSONDialect/python`` lets pass.
    let isBroken: Bool
}

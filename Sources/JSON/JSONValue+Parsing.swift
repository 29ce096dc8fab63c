extension JSONValue {
    /// Reads a document.
    ///
    /// - Parameters:
    ///   - bytes: The document, UTF-8; a byte order mark before it is passed over.
    ///   - range: Where in the bytes it is; all of them when left out.
    ///   - dialect: Which texts are read.
    ///   - mostValues: The most values it may have.
    /// - Throws: ``JSONError`` with the place of the first wrong byte.
    package init(
        parsing bytes: [UInt8],
        in range: Range<Int>? = nil,
        dialect: JSONDialect = .strict,
        mostValues: Int = JSONBounds.mostValues
    ) throws(JSONError) {
        var reader = JSONReader(bytes, in: range, dialect: dialect, mostValues: mostValues)
        reader.skipByteOrderMark()
        self = try reader.value()
        try reader.finish()
    }
}

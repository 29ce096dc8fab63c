/// Checks that bytes are one JSON value by RFC 8259, and nothing beside it.
///
/// What is spliced into a post or a file as it came must not end its place there and begin another. It makes no values and reads
/// every byte once, and is strict: UTF-8 without faults, surrogates in pairs, no byte before or after the value but blanks.
package enum JSONValidator {
    /// Checks that bytes are one JSON object.
    ///
    /// - Throws: ``JSONError`` with the place of the first wrong byte.
    package static func checkObject(_ bytes: [UInt8]) throws(JSONError) {
        var reader = JSONReader(bytes)
        reader.skipBlanks()
        let isObject = reader.next == UInt8(ascii: "{")
        try reader.skipValue()
        try reader.finish()
        guard isObject else { throw JSONError(code: .noObject, offset: 0, line: 1, message: "an object is missing") }
    }

    /// Checks that bytes are one JSON value of any kind.
    ///
    /// - Throws: ``JSONError`` with the place of the first wrong byte.
    package static func checkValue(_ bytes: [UInt8]) throws(JSONError) {
        var reader = JSONReader(bytes)
        try reader.skipValue()
        try reader.finish()
    }
}

extension JSONReader {
    /// The next byte; at the end 0, which may stand nowhere.
    @inline(__always)
    var next: UInt8 { offset < end ? bytes[offset] : 0 }

    /// Goes over a value, and makes nothing of it.
    mutating func skipValue() throws(JSONError) {
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): try eachMember { reader, _, _ throws(JSONError) in try reader.skipValue() }
        case UInt8(ascii: "["): try eachElement { reader throws(JSONError) in try reader.skipValue() }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: _ = try number()
        }
    }

    /// Goes over an object; `body` takes each member's value, and is told its name and the name's line.
    mutating func eachMember(
        _ body: (inout JSONReader, JSONString, Int32) throws(JSONError) -> Void
    ) throws(JSONError) {
        try enter()
        guard !take(UInt8(ascii: "}")) else { return leave() }
        repeat {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw failure("a key in double quotes is missing") }
            let start = line
            let key = try string()
            guard take(UInt8(ascii: ":")) else { throw failure("a colon is missing after \"\(text(of: key))\"") }
            try body(&self, key, start)
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw failure("a comma or a closing brace is missing") }
        leave()
    }

    /// Goes over an array; `body` takes each element.
    mutating func eachElement(_ body: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        try enter()
        guard !take(UInt8(ascii: "]")) else { return leave() }
        repeat {
            try body(&self)
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw failure("a comma or a closing bracket is missing") }
        leave()
    }

    /// Goes over a word such as `true`.
    mutating func word(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard next == word.utf8Start[index] else { throw failure("a value is missing") }
            offset += 1
        }
    }

    /// Goes over blanks and counts lines: what is not blank is on one line.
    mutating func skipBlanks() {
        while offset < end {
            switch bytes[offset] {
            case UInt8(ascii: "\n"):
                line &+= 1
                offset += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): offset += 1
            default: return
            }
        }
    }

    /// Goes over blanks, and over a mark if it is there.
    private mutating func take(_ mark: UInt8) -> Bool {
        skipBlanks()
        guard next == mark else { return false }
        offset += 1
        return true
    }

    private mutating func enter() throws(JSONError) {
        guard depth < JSONBounds.deepest else { throw failure("nested too deeply", .tooDeep) }
        depth += 1
        offset += 1
    }

    private mutating func leave() {
        depth -= 1
    }
}

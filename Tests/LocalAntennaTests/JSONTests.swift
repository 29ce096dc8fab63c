import Testing

@testable import LocalAntenna

@Suite struct JSONTests {
    private static func parse(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    @Test func everyKindOfValueIsRead() throws {
        let value = try Self.parse(
            #" {"a":[1,2.5,-3e2],"b":"x\n\"\u00e9\ud83e\udd8b","c":[true,false,null],"d":{},"e":[]} "#
        )
        #expect(value["a"] == .numbers([1, 2.5, -300]))
        #expect(value["b"] == "x\n\"é🦋")
        #expect(value["c"] == [true, false, nil])
        #expect(value["d"] == [:])
        #expect(value["e"]?.doubles == [])
    }

    @Test(arguments: [
        "0.1", "1e-7", "123456789012345678", "0.30000000000000004", "1.7976931348623157e308", "-0.0", "5e-324",
    ])
    func numbersAreRoundedAsTheStandardLibraryDoes(text: String) throws {
        #expect(try Self.parse(text).double == Double(text))
    }

    @Test(arguments: [
        ("", JSONError.Code.unexpectedEnd, 0), ("{", .unexpectedEnd, 1), (#"{"a":1"#, .unexpectedEnd, 6),
        ("[1,]", .unexpectedByte, 3), ("[1 2]", .unexpectedByte, 3), ("01", .badNumber, 0), ("1.", .badNumber, 2),
        ("1e400", .badNumber, 0), ("-", .unexpectedEnd, 1), (#""\x""#, .badString, 2), (#""\ud800""#, .badString, 7),
        ("\"a\u{1}\"", .badString, 2), ("1 1", .trailingBytes, 2), ("nul", .unexpectedEnd, 3),
        ("NaN", .unexpectedByte, 0),
    ])
    func aMistakeIsNamedWithItsPlace(text: String, code: JSONError.Code, offset: Int) {
        #expect(throws: JSONError(code: code, offset: offset)) { try Self.parse(text) }
    }

    @Test func bytesThatAreNoTextAreRefused() {
        #expect(throws: JSONError(code: .badString, offset: 1)) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
    }

    @Test func depthIsLimited() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError(code: .tooDeep, offset: 64)) { try Self.parse(deep) }
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let value: JSONValue = [
            "text": "tab\t quote\" slash\\ \u{1}é", "numbers": [1, 2.5, -7], "none": nil, "yes": true,
        ]
        #expect(try JSONValue(parsing: value.encoded) == value)
    }

    @Test func theFingerprintForgetsKeyOrderAndNamedMembersOnly() throws {
        let first = try Self.parse(#"{"a":{"x":1,"t":5},"b":[1,2]}"#)
        let second = try Self.parse(#"{"b":[1,2],"a":{"t":6,"x":1}}"#)
        let third = try Self.parse(#"{"b":[2,1],"a":{"t":6,"x":1}}"#)
        #expect(first.fingerprint(ignoring: ["t"]) == second.fingerprint(ignoring: ["t"]))
        #expect(first.fingerprint() != second.fingerprint())
        #expect(second.fingerprint() != third.fingerprint())
    }
}

import JSON
import TestSupport
import Testing

@Suite("JSON values")
struct JSONValueTests {
    private func parse(_ text: String, _ dialect: JSONDialect = .strict) throws(JSONError) -> JSONValue {
        try JSONValue(parsing: Array(text.utf8), dialect: dialect)
    }

    private func error(_ bytes: [UInt8], _ dialect: JSONDialect = .strict) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONValue(parsing: bytes, dialect: dialect)
            return nil
        } catch {
            return error
        }
    }

    @Test("Every kind is read")
    func kinds() throws {
        let value = try parse(
            " {\"a\":[1,2.5,-3e2],\"b\":\"x\\n\\\"\\u00e9\\ud83e\\udd8b\\/\\\\\\b\\f\\r\\t\",\"c\":[true,false,null],\"d\":{},\"e\":[]} "
        )
        #expect(value["a"]?.doubles == [1, 2.5, -300] && value["a"] == [1, 2.5, -300])
        #expect(value["b"] == "x\n\"é🦋/\\\u{8}\u{C}\r\t")
        #expect(value["c"] == [true, false, nil] && value["c"]?.elements?.map(\.isNull) == [false, false, true])
        #expect(value["d"] == [:] && value["e"]?.doubles == [] && value["e"]?.elements == [])
        #expect(value["f"] == nil && value["a"]?["b"] == nil && value["d"]?.elements == nil)
        #expect(try parse("\u{FEFF}[\"a\"]").strings == ["a"] && parse("[\"a\",1]").strings == nil)
        #expect(try parse("[1,true]").doubles == nil && parse("true").bool == true)
    }

    @Test(
        "Numbers are rounded as the standard library does, quickly or not",
        arguments: [
            "0.1", "1e-7", "123456789012345678", "0.30000000000000004", "1.7976931348623157e308", "-0.0", "5e-324",
            "-0",
            "9007199254740993", "123456789012345e22", "123456789012345e-22", "1e23", "0e9999999999", "1e-9999999999",
            "0.00000000000000000000000000000000001", "18446744073709551616", "100000000000000000000000000000000000000",
        ]
    )
    func numbers(text: String) throws {
        for text in [text, "-\(text)"] where !text.hasPrefix("--") {
            #expect(try parse(text).double?.bitPattern == Double(text)?.bitPattern || parse(text).int == Int(text))
            #expect(try parse("[\(text),0.5]").doubles?.first == Double(text))
        }
    }

    @Test("Whole numbers are exact, however they are written and wherever they stand")
    func integers() throws {
        let all = ["9223372036854775807", "-9223372036854775808", "9007199254740993", "-1", "0"]
        #expect(try all.map { try parse($0).int } == all.map { Int($0) })
        #expect(try parse("[1,9007199254740993]").elements?.last?.int == 9_007_199_254_740_993)
        #expect(try ["5.0", "1e2", "-0"].map { try parse($0).int } == [5, 100, 0])
        #expect(try ["1.5", "1e300", "9223372036854775808", "\"1\""].allSatisfy { try parse($0).int == nil })
        #expect(try ["7", "\"7\"", "7.0"].allSatisfy { try parse($0).lenientInt == 7 })
        #expect(try ["7", "\"7\""].allSatisfy { try parse($0).id == "7" } && parse("true").id == nil)
        let (one, two) = (try parse("1"), try parse("1.0"))
        #expect(one == two && one != 2)
    }

    @Test("What Python writes and no standard knows is null, and only in its dialect")
    func python() throws {
        let odd = ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", #""\ud800""#, #""\udd1ex""#, #""\ud800\u0041""#]
        for text in odd {
            #expect(error(Array(text.utf8)) != nil, "\(text)")
            #expect(
                try parse(#"{"a":\#(text),"b":[1,\#(text)],"c":7}"#, .python) == ["a": nil, "b": [1, nil], "c": 7]
            )
        }
        let text = #"{"NaN":"Infinity","\ud800k":1,"b":"\ud834\udd1e"}"#
        #expect(try parse(text, .python) == ["NaN": "Infinity", "\u{FFFD}k": 1, "b": "𝄞"])
        for text in ["nan", "-NaN", "Infinit", "+Infinity", "[1 NaN]", "01", #""\ud8""#, "\"\u{1}\""] {
            #expect(error(Array(text.utf8), .python) != nil, "\(text)")
        }
    }

    @Test("Members keep their order, their lines and their repetitions; of two the last one counts")
    func members() throws {
        let value = try parse("{\n\"a\":1,\n\"b\"\n:\n[2,\n3],\"a\":\"x\",\"c\":[4,5]}\n")
        let members = try #require(value.object?.members)
        #expect(members.map(\.key) == ["a", "b", "a", "c"])
        #expect(members.map(\.line) == [2, 3, 6, 6])
        #expect(members.map(\.value.line) == [2, 5, 6, 6])
        #expect(members[1].value.elements?.map(\.line) == [5, 6] && members[3].value.elements?.map(\.line) == [6, 6])
        #expect(value["a"] == "x" && value.line == 1)
        #expect(value == ["c": [4, 5], "a": "x", "b": [2, 3]])
        var object = try #require(value.object)
        object["a"] = 2
        object["b"] = nil
        #expect(object == ["a": 2, "c": [4, 5]] && object.members.count == 2)
    }

    @Test(
        "A mistake is named with its place, its line, and what is wrong",
        arguments: [
            ("", 0, 1, "a value is missing"), ("{", 1, 1, "a key in double quotes is missing"),
            ("{\"a\":1", 6, 1, "a comma or a closing brace is missing"), ("[1,]", 3, 1, "a value is missing"),
            ("[1\n2]", 3, 2, "a comma or a closing bracket is missing"), ("01", 1, 1, "01 is no number"),
            ("1.", 2, 1, "1. is no number"), ("1e400", 0, 1, "1e400 is no number"), ("-", 1, 1, "- is no number"),
            ("1.5.2", 3, 1, "1.5.2 is no number"), ("{\"a\n\":1}", 3, 1, "a string is not closed on its line"),
            ("{\n\"a\" 1}", 6, 2, "a colon is missing after \"a\""), ("1 1", 2, 1, "something stands after the end"),
            (#""\x""#, 1, 1, "an escape that JSON does not have"), (#""\ud800""#, 1, 1, "half a character"),
            (#""\u12"#, 1, 1, "\\u takes four hexadecimal digits"), ("\"a", 2, 1, "a string is not closed"),
            ("nul", 3, 1, "a value is missing"),
        ]
    )
    func mistakes(text: String, offset: Int, line: Int, message: String) {
        let error = error(Array(text.utf8))
        #expect(
            error?.offset == offset && error?.line == line && error?.message == message,
            "\(String(describing: error))"
        )
        #expect(error?.code == .malformed)
    }

    @Test("Bytes that are no UTF-8 are refused in every dialect")
    func noText() {
        for dialect in [JSONDialect.strict, .python] {
            #expect(error([0x22, 0xC3, 0x28, 0x22], dialect)?.message == "a string is not UTF-8")
        }
        #expect(error(Array(#"{"id":6}"#.utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }) != nil)
    }

    @Test("Depth and the number of values are bounded, in all and in lists of numbers")
    func bounds() {
        #expect(error([UInt8](repeating: UInt8(ascii: "["), count: 100_000))?.offset == JSONBounds.deepest)
        for text in ["[1,2,3]", #"["",[],{}]"#, #"{"a":1,"b":2,"c":3}"#] {
            #expect(throws: Never.self) { try JSONValue(parsing: Array(text.utf8), mostValues: 4) }
            let error = #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8), mostValues: 3) }
            #expect(error?.code == .tooManyValues && error?.message == "more than 3 values")
        }
    }

    @Test("A part of a text is read alone")
    func part() throws {
        let bytes = Array(#"[1,{"a":"b"},x"#.utf8)
        #expect(try JSONValue(parsing: bytes, in: 3..<12) == ["a": "b"])
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes, in: 3..<11) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes, in: 3..<3) }
    }

    @Test("A hundred thousand faulty documents: read or refused, as the proof says, and the same again once written")
    func fuzzed() async {
        let examples = [
            "{\"a\":[1,2.5e-7,\n-0,12345678901234567890],\"ü\":\"\\ud834\\udd1e\\n\",\"a\":{\"b\":[null,true,false,{}]}}",
            #"{"tasks":[{"id":"1","config":{"t":NaN}},{"id":9223372036854775807}],"next":null,"count":1e2}"#,
        ]
        let words = ["null", "NaN", #"\u"#, #"\ud834"#, "\u{FEFF}", "\n", "1e400", "[[["].map { Array($0.utf8) }
        var read = 0
        await aside {
            for input in FuzzInputs(of: examples.map { Array($0.utf8) }, words: words, longest: 600, seed: 13) {
                let value = try? JSONValue(parsing: input)
                if let value {
                    read += 1
                    for style in [JSONWriter.Style.compact, .pretty, .line { $0.value > 0x7F }] {
                        #expect((try? JSONValue(parsing: value.encoded(style))) == value)
                    }
                    #expect((try? JSONValue(parsing: input, dialect: .python)) == value)
                } else {
                    _ = try? JSONValue(parsing: input, dialect: .python)
                }
                let hasMark = input.starts(with: [0xEF, 0xBB, 0xBF])
                if !hasMark, value != nil { #expect(throws: Never.self) { try JSONValidator.checkValue(input) } }
            }
        }
        #expect(read > 1_000)
    }
}

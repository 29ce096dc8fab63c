import Foundation
import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test func commasStandBetweenMembersAndElementsOnly() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("a")
            writer.array { _ in }
            writer.key("b")
            writer.array { writer in
                writer.integer(1)
                writer.object { _ in }
                writer.null()
            }
            writer.key("c")
            writer.boolean(false)
        }
        #expect(String(decoding: writer.finish(), as: UTF8.self) == #"{"a":[],"b":[1,{},null],"c":false}"#)
    }

    @Test(arguments: ["", "moth", "quo\"te", "back\\slash", "line\nfeed\u{0}\u{1f}", "nœud 蛾 🦋", "</script>"])
    func stringsReadBackAsTheyWere(_ text: String) throws {
        var writer = JSONWriter()
        writer.array { $0.string(text) }
        let read = try JSONDecoder().decode([String].self, from: Data(writer.finish()))
        #expect(read == [text])
    }

    @Test func floatsReadBackBitForBit() throws {
        var generator = SystemRandomNumberGenerator()
        var values = [0, -0.0, 1e-45, 3.4028235e38, 0.1, -7.25, 1e16, 1.0e-5].map(Float.init)
        for _ in 0..<2_000 {
            let value = Float(bitPattern: UInt32.random(in: .min ... .max, using: &generator))
            if value.isFinite { values.append(value) }
        }
        var writer = JSONWriter()
        writer.numbers(values)
        let read = try JSONDecoder().decode([Float].self, from: Data(writer.finish()))
        #expect(read.map(\.bitPattern) == values.map(\.bitPattern))
    }

    @Test func whatJSONCannotSayIsNull() {
        var writer = JSONWriter()
        writer.array { writer in
            writer.number(Float.nan)
            writer.number(Double.infinity)
        }
        #expect(String(decoding: writer.finish(), as: UTF8.self) == "[null,null]")
    }

    @Test func aPrettyDocumentHasALineForEachMemberAndElement() {
        let value: JSONValue = [
            "b": [1, 2.5, []], "a": ["x": nil, "e": [:]], "text": "line\n\r\tfeed\u{1}/\"\\",
        ]
        #expect(
            String(decoding: value.encoded(.pretty), as: UTF8.self) == """
                {
                  "a" : {
                    "e" : {

                    },
                    "x" : null
                  },
                  "b" : [
                    1,
                    2.5,
                    [

                    ]
                  ],
                  "text" : "line\\n\\r\\tfeed\\u0001/\\"\\\\"
                }
                """
        )
        #expect(
            String(decoding: value.encoded(), as: UTF8.self)
                == #"{"a":{"e":{},"x":null},"b":[1,2.5,[]],"text":"line\u000a\u000d\u0009feed\u0001/\"\\"}"#
        )
    }

    @Test func aLineHidesWhatItIsToldTo() {
        var writer = JSONWriter(style: .line { $0.value < 0x20 || $0 == "\u{202E}" || $0.value > 0xFFFF })
        writer.object { writer in
            writer.key(named: "k\u{202E}")
            writer.string("a\n\u{8}ü\"🦋")
        }
        #expect(String(decoding: writer.finish(), as: UTF8.self) == #"{"k\u202e":"a\n\u0008ü\"\ud83e\udd8b"}"#)
    }

    @Test func aValueIsWrittenWithWholeNumbersAsSuchAndTheLastOfTwoMembers() throws {
        let text = #"{"b":[1.0,2e2,-0,0.1,1e300,[],12345678901234567],"a":1,"a":"2","c":[0.5,9007199254740993]}"#
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(
            String(decoding: value.encoded(), as: UTF8.self)
                == #"{"a":"2","b":[1,200,0,0.1,1e+300,[],12345678901234567],"c":[0.5,9007199254740993]}"#
        )
    }
}

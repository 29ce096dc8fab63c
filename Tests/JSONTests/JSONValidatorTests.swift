import Foundation
import TestSupport
import Testing

@testable import JSON

@Suite("Proof that bytes are one JSON value")
struct JSONValidatorTests {
    private func fault(_ bytes: [UInt8]) -> JSONError? {
        do throws(JSONError) {
            try JSONValidator.checkValue(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "What RFC 8259 allows passes",
        arguments: [
            "{}", "[]", " \t\r\n[ ]\n", "null", "true", "false", "0", "-0", "-1.5e+10", "1E9", "1e-400", "\"\"",
            #"{"a":[1,{"b":null}],"c":"ü𝄞\u00fc\ud834\udd1e\"\\\/\b\f\n\r\t"}"#, #"{"a":1,"a":2}"#, "[[],{},[{}]]",
        ]
    )
    func passes(text: String) {
        #expect(fault(Array(text.utf8)) == nil)
    }

    @Test(
        "What it does not is refused, whatever stands before it",
        arguments: [
            "", " ", "{", "[", "}", "[1,]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, "[1 2]", "[1}",
            #"{"a":1]"#,
            "01", "+1", "-", ".5", "1.", "1e", "1e+", "0x1", "NaN", "Infinity", "tru", "nulls", "'a'", #""a"#, #""\x""#,
            #""\u12G4""#, #""\u123"#, #""\ud834""#, #""\udd1e""#, #""\ud834\u0041""#, "\"\n\"", "{}{}", "{}]", "[] x",
            "1 1",
            #"{}}],"evil":{"a":1"#, #"{"a":1}}],"evil":{}"#, "/**/1", "\u{FEFF}1",
        ]
    )
    func refused(text: String) {
        #expect(fault(Array(text.utf8)) != nil)
    }

    @Test(
        "Text that is no UTF-8 is refused",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82],
            [0xE2, 0x82, 0x41],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        ] as [[UInt8]]
    )
    func notUTF8(bytes: [UInt8]) {
        #expect(fault([0x22] + bytes + [0x22]) != nil)
    }

    @Test("Nesting is bounded, and an object can be asked for")
    func bounds() {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        let deepest = JSONBounds.deepest
        #expect(fault(nested(deepest)) == nil)
        for tooDeep in [nested(deepest + 1), Array(String(repeating: "[", count: 1 << 20).utf8)] {
            #expect(fault(tooDeep)?.code == .tooDeep && fault(tooDeep)?.offset == deepest)
        }
        let error = #expect(throws: JSONError.self) { try JSONValidator.checkObject(Array(" []".utf8)) }
        #expect(error?.code == .noObject)
        #expect(throws: Never.self) { try JSONValidator.checkObject(Array(" {} ".utf8)) }
    }

    @Test(
        "What is wrong is said with its place in bytes",
        arguments: [
            ("", "it is no JSON at byte 0"), (#"{"a":1,}"#, "it is no JSON at byte 7"),
            ("{}{}", "it is no JSON at byte 2"), ("[01]", "it is no JSON at byte 2"),
            ("[1.]", "it is no JSON at byte 3"), (#"["\q"]"#, "it is no JSON at byte 2"),
            (#"["a\u12G4"]"#, "it is no JSON at byte 7"), (#"["a\ud834\u0041"]"#, "it is no JSON at byte 3"),
            ("[tru]", "it is no JSON at byte 4"), ("\"ü", "it is no JSON at byte 3"),
            (String(repeating: "[", count: 65), "it is nested deeper than 64 at byte 64"),
            ("[]", "it is no JSON object"),
        ]
    )
    func sentences(text: String, sentence: String) {
        let error = #expect(throws: JSONError.self) { try JSONValidator.checkObject(Array(text.utf8)) }
        #expect(error?.description == sentence)
    }

    @Test("A hundred thousand mutations: what passes stays one value where it is spliced in, and Foundation reads it")
    func fuzz() async {
        let examples = [
            #"{"pipeline":"p","algorithms":{},"total_time":1.5e-3,"source_images":[{"id":"1","url":"http://h/ü.jpg"}],"detections":[]}"#,
            #"{"error":"a \"sentence\"\n\ud834\udd1e","image_id":"7"}"#, "[true,false,null,-0.5,[[{}]]]",
        ]
        let words = ["null", "true", #"{}}],"evil":{"#, #"\u"#, #"\ud834"#, "\u{FEFF}"].map { Array($0.utf8) }
        var (passed, unread) = (0, 0)
        await aside {
            for input in FuzzInputs(of: examples.map { Array($0.utf8) }, words: words, longest: 1024)
            where fault(input) == nil {
                passed += 1
                let spliced = Data(Array(#"[{"result":"#.utf8) + input + Array("}]".utf8))
                guard let whole = try? JSONSerialization.jsonObject(with: spliced) as? [[String: Any]] else {
                    unread += 1
                    continue
                }
                #expect(whole.count == 1 && whole.first?.keys.sorted() == ["result"])
            }
        }
        // Foundation reads no number beyond a Double's.
        #expect(unread * 50 < passed, "\(unread) of \(passed)")
        #expect(passed > 1_000)
    }
}

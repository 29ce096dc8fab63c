import JSON
import TestSupport
import Testing

@Suite("JSON found by its brackets")
struct JSONOutlineTests {
    @Test("Members are found, of two of one name the last")
    func members() throws {
        let text = Array(#" {"a" : [1,{"x":"]}\""}] ,"b":"c,}","a":-1.5e3 , "n":null}"#.utf8)
        let members = try #require(JSONOutline.members(of: text))
        let shown = members.mapValues { String(decoding: text[$0], as: UTF8.self) }
        #expect(shown == ["a": "-1.5e3", "b": #""c,}""#, "n": "null"])
    }

    @Test(
        "What is no object has no members",
        arguments: [
            "", "[]", "{", #"{"a"}"#, #"{"a":}"#, #"{"a":1"#, #"{"a":1}x"#, #"{"a":1,}"#, "{,}", #"{a:1}"#, "\u{0}",
        ]
    )
    func noMembers(_ text: String) {
        #expect(JSONOutline.members(of: Array(text.utf8)) == nil)
    }

    @Test("Elements are counted to the end, and told up to the limit")
    func elements() throws {
        let text = Array("\u{FEFF}[1, [2,3] ,\"4\",{}]".utf8)
        let found = try #require(JSONOutline.elements(of: text, atMost: 2))
        #expect(found.count == 4)
        #expect(found.first.map { String(decoding: text[$0], as: UTF8.self) } == ["1", "[2,3]"])
        #expect(JSONOutline.elements(of: Array("[]".utf8), atMost: 2)?.count == 0)
        for text in ["[", "[1", "[1,]", "[,1]", "[1]2", "{}", "[1 2]", "]"] {
            #expect(JSONOutline.elements(of: Array(text.utf8), atMost: 2) == nil, "\(text)")
        }
    }

    @Test("A hundred thousand faulty texts: what is found is inside, and can be looked at again")
    func fuzzed() async {
        let examples = [
            #"{"tasks":[{"id":"1","image_id":2,"image_url":"http://i/\"1","reply_subject":"s","config":{"t":NaN}}],"next":null}"#,
            #"[{"id":9223372036854775808},{"id":1e400},{"id":-1}]"#,
        ]
        await aside {
            for bytes in FuzzInputs(
                of: examples.map { Array($0.utf8) },
                words: [Array("[[{\"".utf8)],
                longest: 300,
                seed: 21
            ) {
                let members = JSONOutline.members(of: bytes)
                for range in members?.values.map({ $0 }) ?? [] {
                    #expect(range.lowerBound < range.upperBound && range.upperBound <= bytes.count)
                    let elements = JSONOutline.elements(of: bytes, in: range, atMost: 3)
                    #expect(
                        elements.map {
                            $0.first.allSatisfy { range.contains($0.lowerBound) && $0.upperBound <= range.upperBound }
                        } ?? true
                    )
                }
            }
        }
    }
}

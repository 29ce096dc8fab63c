import JSON
import LocalAntenna
import Testing

@Suite struct FingerprintTests {
    private static func fingerprint(_ text: String, ignoring keys: Set<String> = []) throws -> UInt64 {
        try JSONValue(parsing: Array(text.utf8)).fingerprint(ignoring: keys)
    }

    @Test func keyOrderAndNamedMembersAreForgottenAndNothingElse() throws {
        let texts = [
            #"{"a":{"x":1,"t":5},"b":[1,2]}"#, #"{"b":[1,2],"a":{"t":6,"x":1}}"#, #"{"b":[2,1],"a":{"t":6,"x":1}}"#,
        ]
        #expect(try Self.fingerprint(texts[0], ignoring: ["t"]) == Self.fingerprint(texts[1], ignoring: ["t"]))
        #expect(try Self.fingerprint(texts[0]) != Self.fingerprint(texts[1]))
        #expect(try Self.fingerprint(texts[1]) != Self.fingerprint(texts[2]))
    }

    @Test func howANumberIsWrittenDoesNotMatter() throws {
        let all = try ["[1,2.5]", "[1.0,\n25e-1]", "[1,\n2.50]"].map { try Self.fingerprint($0) }
        #expect(Set(all).count == 1)
    }
}

import Testing

@testable import Settings

@Suite("A .env file")
struct DotEnvFileTests {
    @Test("is read as people write it")
    func values() {
        let file = DotEnvFile(
            parsing: """
                # a comment
                PLAIN=value
                  export SPACED =  a b  # behind
                HASH=a#b
                EMPTY=
                SINGLE='a "b" # \\n $C'
                DOUBLE="a 'b' # \\n\\t\\"\\\\\\$"   # behind
                EQUALS=a=b=c
                TWICE=1
                TWICE=2
                WINDOWS=yes\r
                """
        )
        #expect(file.mistakes.isEmpty)
        #expect(
            file.variables == [
                "PLAIN": "value", "SPACED": "a b", "HASH": "a#b", "EMPTY": "", "SINGLE": "a \"b\" # \\n $C",
                "DOUBLE": "a 'b' # \n\t\"\\$", "EQUALS": "a=b=c", "TWICE": "2", "WINDOWS": "yes",
            ]
        )
    }

    @Test(
        "names the line that it cannot read, without showing it",
        arguments: [
            "secret", "=secret", "1A=secret", "A B=secret", "A='secret", "A=\"secret", "A='secret' b",
            "A=\"secret\\q\"", "A=\"\\",
        ]
    )
    func mistakes(line: String) {
        let file = DotEnvFile(parsing: "GOOD=1\n\(line)\nALSO=2")
        #expect(file.variables == ["GOOD": "1", "ALSO": "2"])
        #expect(file.mistakes.map(\.place) == [".env line 2"])
        #expect(!"\(file.mistakes)".contains("secret"))
    }
}

import Testing
import Transport

@Suite("Text from elsewhere")
struct VisibleTextTests {
    private let hostile = "a\u{1b}]0;evil\u{7}\u{9b}2J\nb\u{202e}c"

    @Test("What cannot be seen is written out, and what people read stays as it is")
    func visible() {
        #expect(hostile.visible == #"a\u{1b}]0;evil\u{7}\u{9b}2J\nb\u{202e}c"#)
        #expect(hostile.visible.visible == hostile.visible)
        for text in ["", "plain", "é ü 蛾 → “x”", "🦋"] { #expect(text.visible == text) }
        #expect("one\ntwo\u{1b}".visibleLines == #"one"# + "\n" + #"two\u{1b}"#)
    }

    @Test("On a line there are only words, as many as there is room for")
    func line() {
        #expect(hostile.line(limit: 100) == "a ]0;evil 2J b c")
        #expect(" \n\u{2028} ".line(limit: 10).isEmpty)
        #expect("four words \t on\r\none line".line(limit: 8) == "four wor …")
        #expect(String(repeating: "\u{301}", count: 100_000).line(limit: 5).unicodeScalars.count <= 22)
    }
}

/// Calls of the program in the documentation.
enum CommandLines {
    /// What may stand before the program when it is started.
    private static let starters: Set = ["sudo", "time", "/usr/bin/time", "-v"]

    /// The arguments of each call of the program in a text's shell blocks.
    static func inBlocks(of text: String) -> [[String]] {
        var lines: [[String]] = []
        var isShell = false
        for line in text.replacing(/\\\n\s*/, with: " ").split(separator: "\n") {
            let line = line.drop { $0 == " " }
            if line.hasPrefix("```") {
                isShell = !isShell && line.hasPrefix("```sh")
            } else if isShell {
                let words = words(of: line)
                guard let program = words.firstIndex(where: { $0.hasSuffix("antenna-worker") }) else { continue }
                // Behind anything else it is an argument: of cd, of a build, of a package manager.
                guard words[..<program].allSatisfy({ $0.contains("=") || starters.contains($0) }) else { continue }
                lines.append(arguments(in: words[(program + 1)...]))
            }
        }
        return lines
    }

    /// The arguments of each call of the program in a text's code spans, also where another program is asked to make it.
    static func inSpans(of text: String) -> [[String]] {
        spans(of: text).compactMap { span in
            let words = words(of: span)
            guard let program = words.firstIndex(of: "antenna-worker") else { return nil }
            let isCall = words[..<program].allSatisfy { $0.contains("=") || starters.contains($0) }
            guard isCall || words[..<program].contains(where: { ["exec", "--"].contains($0) }) else { return nil }
            return arguments(in: words[(program + 1)...])
        }
    }

    /// A text's code spans: what stands between backticks in a line.
    static func spans(of text: String) -> [Substring] {
        text.matches(of: /`([^`\n]+)`/).map(\.output.1)
    }

    private static func arguments(in words: ArraySlice<String>) -> [String] {
        Array(words.prefix { !["|", ">", ">>", "&", "&&", "<", "2>", "2>&1"].contains($0) })
    }

    /// Words between blanks, quotes respected, up to a remark.
    static func words(of line: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        var quote: Character?
        for character in line {
            if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
            } else if quote == nil, character == " " {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else if quote == nil, character == "#", word.isEmpty {
                return words
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }
}

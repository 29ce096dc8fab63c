/// A `.env` file: `NAME=value` a line.
///
/// Understood are empty lines, comments, `export` before a name, single quotes (nothing inside is special), double quotes
/// (with `\n`, `\t`, `\"`, `\\` and `\$`) and a comment after a space behind a bare value. Nothing is expanded or executed.
struct DotEnvFile: Sendable, Equatable {
    private(set) var variables: [String: String] = [:]
    private(set) var mistakes: [SettingMistake] = []

    /// Reads the whole text; lines that cannot be read become mistakes.
    ///
    /// Where a name is set twice the last one counts.
    init(parsing text: String) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            guard mistakes.count < SettingMistake.most else {
                mistakes.append(
                    SettingMistake(place: ".env line \(index + 1)", reason: "and what follows was not read")
                )
                break
            }
            do {
                guard let (name, value) = try Self.parse(line: line.trimmed) else { continue }
                variables[name] = value
            } catch {
                mistakes.append(SettingMistake(place: ".env line \(index + 1)", reason: error.reason))
            }
        }
    }

    /// A file that is there and cannot be read.
    init(unreadable error: ValueError) {
        mistakes = [SettingMistake(place: ".env", reason: error.reason)]
    }

    private static func parse(line: String) throws(ValueError) -> (name: String, value: String)? {
        if line.isEmpty || line.hasPrefix("#") { return nil }
        // The line is not shown again in a mistake: it may hold a secret.
        guard let equals = line.firstIndex(of: "=") else { throw ValueError("is not of the form NAME=value") }
        var name = line[..<equals].trimmed
        if name.hasPrefix("export ") { name = name.dropFirst("export ".count).trimmed }
        guard let first = name.first, first == "_" || first.isLetter,
            name.allSatisfy({ $0.isASCII && ($0 == "_" || $0.isLetter || $0.isNumber) })
        else {
            throw ValueError("has no valid name before the =")
        }
        return (name, try value(of: line[line.index(after: equals)...].trimmed))
    }

    private static func value(of text: String) throws(ValueError) -> String {
        guard let quote = text.first, quote == "\"" || quote == "'" else { return withoutComment(text) }
        var value = ""
        var rest = text.dropFirst()
        while let letter = rest.popFirst() {
            switch letter {
            case quote:
                let tail = rest.trimmed
                guard tail.isEmpty || tail.hasPrefix("#") else { throw ValueError("goes on after the closing quote") }
                return value
            case "\\" where quote == "\"":
                value.append(try unescaped(rest.popFirst()))
            default:
                value.append(letter)
            }
        }
        throw ValueError("has no closing \(quote)")
    }

    private static func unescaped(_ letter: Character?) throws(ValueError) -> Character {
        switch letter {
        case "n": "\n"
        case "t": "\t"
        case "\"", "\\", "$": letter ?? "\\"
        default: throw ValueError("has an unknown escape after a backslash; there are \\n \\t \\\" \\\\ \\$")
        }
    }

    private static func withoutComment(_ text: String) -> String {
        var previous: Character = " "
        for index in text.indices {
            if text[index] == "#", previous.isWhitespace { return text[..<index].trimmed }
            previous = text[index]
        }
        return text
    }
}

extension String {
    /// In one line, with what steers a terminal written out: what came over a wire, or is the name of a file, must not move its cursor, turn
    /// the direction of reading, or begin a line of its own.
    var visible: String {
        guard unicodeScalars.contains(where: \.isInvisible) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.isInvisible {
                text += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }

    /// The same for a text of several lines, which stay.
    var visibleLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).visible }.joined(separator: "\n")
    }
}

extension Unicode.Scalar {
    /// Whether it does something instead of being seen: control characters, marks of direction and joining, ends of lines and paragraphs.
    var isInvisible: Bool {
        // Nearly all text is of these, and the properties are looked up in a table.
        if ("\u{20}"..."\u{7E}").contains(self) { return false }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

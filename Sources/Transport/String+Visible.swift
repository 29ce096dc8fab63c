/// Text of others, made fit for people: text that came over a wire, or is the name of a file, must not move a terminal's cursor, turn the
/// direction of reading, or begin a line of its own.
extension String {
    /// In one line, with what cannot be seen written out.
    package var visible: String {
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
    package var visibleLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).visible }.joined(separator: "\n")
    }

    /// The words on one line, without what cannot be seen, cut to a length.
    ///
    /// - Parameter limit: Characters at most; an ellipsis says that there were more.
    /// - Returns: The line.
    package func line(limit: Int) -> String {
        // Cut before anything is done with it: it may be of any length.
        let scalars = unicodeScalars.prefix(4 * limit).map { $0.isInvisible ? " " : $0 }
        let words = String(String.UnicodeScalarView(scalars)).split(separator: " ")
        let line = words.joined(separator: " ")
        return line.count > limit || unicodeScalars.count > 4 * limit ? line.prefix(limit) + " …" : line
    }
}

extension Unicode.Scalar {
    /// Whether it does something instead of being seen: control characters, marks of direction and joining, ends of lines and paragraphs.
    package var isInvisible: Bool {
        // Nearly all text is of these, and the properties are looked up in a table.
        if ("\u{20}"..."\u{7E}").contains(self) { return false }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

extension String {
    /// The text as a field of a table with commas between (RFC 4180).
    ///
    /// Spreadsheets take what begins with some characters for a formula, and run it: labels and names of files are text, and get an apostrophe before it.
    var csvField: String {
        let first = unicodeScalars.first.map { $0 }
        let isFormula = first.map { ["=", "+", "-", "@", "\t", "\r", "\n"].contains($0) } ?? false
        let text = isFormula ? "'\(self)" : self
        // Of scalars, as a line break of two is one character.
        let isPlain = text.unicodeScalars.allSatisfy { !["\"", ",", "\n", "\r"].contains($0) }
        return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
    }
}

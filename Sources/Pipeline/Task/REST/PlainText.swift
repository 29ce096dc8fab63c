/// What others wrote, made fit for a log line and a terminal.
enum PlainText {
    /// A text on one line, without control characters, cut to a length.
    static func line(_ text: String, limit: Int) -> String {
        // Cut before anything is done with it: it may be of any length.
        let scalars = text.unicodeScalars.prefix(4 * limit).map { scalar in
            scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
                ? " " : scalar
        }
        let words = String(String.UnicodeScalarView(scalars)).split(separator: " ")
        let line = words.joined(separator: " ")
        return line.count > limit || text.unicodeScalars.count > 4 * limit ? line.prefix(limit) + " …" : line
    }
}

/// What OpenVINO says of a failure, for people.
enum OpenVINOMessage {
    private static let longest = 500

    /// A message in one line, bounded, without the lines that name places in OpenVINO's source.
    static func summary(of text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix(while: \.isWhitespace) }
        let telling = lines.filter { !$0.hasPrefix("Exception from ") && !$0.isEmpty }
        return String((telling.isEmpty ? lines : telling).joined(separator: " ").prefix(longest))
    }
}

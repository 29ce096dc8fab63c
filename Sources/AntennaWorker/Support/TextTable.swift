import Transport

/// Rows of text in columns that line up, without control characters; the last column is as long as it likes.
struct TextTable: CustomStringConvertible {
    let header: [String]
    let rows: [[String]]

    var description: String {
        let lines = ([header] + rows).map { $0.map(\.visible) }
        let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            line.enumerated().map { column, text in
                column == line.count - 1 ? text : text + String(repeating: " ", count: widths[column] - text.count)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

import Transport

/// Rows of text in columns that line up, without control characters; the last column is as long as it likes.
package struct TextTable: CustomStringConvertible {
    private let header: [String]
    private let rows: [[String]]

    package init(header: [String], rows: [[String]]) {
        self.header = header
        self.rows = rows
    }

    package var description: String {
        let lines = ([header] + rows).map { $0.map(\.visible) }
        let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            line.enumerated().map { column, text in
                column == line.count - 1 ? text : text + String(repeating: " ", count: widths[column] - text.count)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

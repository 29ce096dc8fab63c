import Pipeline
package import Worker

/// Writes the features of files' insects: a matrix with a row an insect, and beside it a table that says which insect each row is.
///
/// Rows come in the order of the files and of the detections in their results, whatever order the results come in; what waits for its turn
/// is all that is kept.
package struct FeatureTable: Sendable {
    private let paths: [String]
    private let algorithm: String
    private let index: OutputFile
    private var matrix: MatrixFile
    private var indexBytes = 0
    private var order = Resequencer<(position: Int, rows: [FeatureRow])>()

    /// Makes both files.
    ///
    /// - Parameters:
    ///   - path: Where the matrix goes, which ends in `.npy`; the table has the same name with `.csv`.
    ///   - columns: How many features an insect has.
    ///   - algorithm: The key of the classifier whose features they are.
    ///   - paths: The files that are analysed.
    /// - Throws: `CommandFailure` for another name, or when they cannot be written.
    package init(path: String, columns: Int, algorithm: String, paths: [String]) throws(CommandFailure) {
        let ending = ".npy"
        guard path.hasSuffix(ending), path.utf8.count > ending.utf8.count else {
            throw CommandFailure("\(path) does not end in \(ending), as the file of the features does.")
        }
        self.paths = paths
        self.algorithm = algorithm
        matrix = try MatrixFile(path, columns: columns)
        index = try OutputFile("\(path.dropLast(ending.count)).csv")
        try appendToIndex(FeatureRow.header)
    }

    /// Takes the result of the file at a position.
    ///
    /// - Throws: `CommandFailure` when its rows cannot be written.
    mutating func take(_ result: EncodedResult, at position: Int) throws(CommandFailure) {
        for (position, rows) in order.add((position, FeatureRow.rows(of: result, by: algorithm)), at: position) {
            try write(rows, of: paths[position])
        }
    }

    /// Writes what is left when some results never came.
    ///
    /// - Throws: `CommandFailure` when rows cannot be written.
    mutating func finish() throws(CommandFailure) {
        for (position, rows) in order.finish() { try write(rows, of: paths[position]) }
    }

    private mutating func write(_ rows: [FeatureRow], of image: String) throws(CommandFailure) {
        let first = matrix.rows
        let lines = rows.enumerated().map { $1.line(number: first + $0, image: image) }
        try appendToIndex(lines.joined())
        try matrix.append(rows.map(\.features))
    }

    private mutating func appendToIndex(_ text: String) throws(CommandFailure) {
        let bytes = Array(text.utf8)
        try index.write(bytes, at: indexBytes)
        indexBytes += bytes.count
    }
}

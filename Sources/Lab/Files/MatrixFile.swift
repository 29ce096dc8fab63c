import Worker

/// A matrix of single precision in NumPy's format (`.npy`, version 1.0) that grows by rows.
///
/// The header says at each moment how many rows are there, so that what a stopped run leaves behind can be read, too.
struct MatrixFile: Sendable {
    /// So long is the header, whatever number of rows it names.
    static let headerBytes = 128

    let columns: Int
    private(set) var rows = 0
    private let file: OutputFile

    /// Makes a file without rows.
    ///
    /// - Throws: `CommandFailure` when it cannot be written.
    init(_ path: String, columns: Int) throws(CommandFailure) {
        self.columns = columns
        file = try OutputFile(path)
        try file.write(Self.header(rows: 0, columns: columns), at: 0)
    }

    /// Adds rows, each of which has as many numbers as the matrix has columns.
    ///
    /// - Throws: `CommandFailure` when they cannot be written.
    mutating func append(_ added: [[Float]]) throws(CommandFailure) {
        guard !added.isEmpty else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(added.count * columns * MemoryLayout<Float>.size)
        for row in added {
            guard row.count == columns else {
                throw CommandFailure("A row of \(row.count) numbers does not go into a matrix of \(columns) columns.")
            }
            for value in row { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } }
        }
        try file.write(bytes, at: Self.headerBytes + rows * columns * MemoryLayout<Float>.size)
        rows += added.count
        try file.write(Self.header(rows: rows, columns: columns), at: 0)
    }

    private static func header(rows: Int, columns: Int) -> [UInt8] {
        let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        let length = headerBytes - magic.count - 2
        let description = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
        let padding = String(repeating: " ", count: max(0, length - description.utf8.count - 1))
        return magic + [UInt8(length & 0xff), UInt8(length >> 8)] + Array("\(description)\(padding)\n".utf8)
    }
}

/// The directories of a TIFF, which EXIF is as well: numbered fields, of which each says where its value stands.
struct EXIFBlock {
    /// The fields that are looked for.
    enum Field: Int {
        case orientation = 0x0112
        /// When the file was last changed.
        case changed = 0x0132
        /// Where the camera's own directory begins.
        case camera = 0x8769
        case taken = 0x9003
        case digitized = 0x9004
    }

    /// A directory: where its fields begin, and how many there are.
    struct Directory {
        let start: Int
        let count: Int
    }

    /// No camera writes more.
    private static let mostFields = 512
    private static let fieldBytes = 12

    /// Where the first directory begins.
    let firstDirectory: Int
    private let bytes: ArraySlice<UInt8>
    private let isBigEndian: Bool

    /// Takes bytes that begin as a TIFF does.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= 8 else { return nil }
        switch Array(bytes.prefix(4)) {
        case [0x49, 0x49, 0x2A, 0]: isBigEndian = false
        case [0x4D, 0x4D, 0, 0x2A]: isBigEndian = true
        default: return nil
        }
        self.bytes = bytes
        firstDirectory = Self.number(in: bytes, at: 4, bytes: 4, isBigEndian: isBigEndian) ?? 0
    }

    /// The directory at a place; nil when none can be there.
    func directory(at start: Int) -> Directory? {
        guard start >= 8, let count = number(at: start, bytes: 2), count <= Self.mostFields else { return nil }
        return Directory(start: start + 2, count: count)
    }

    /// The first number of a field.
    func number(_ field: Field, in directory: Directory) -> Int? {
        guard let place = place(of: field, in: directory) else { return nil }
        return switch number(at: place + 2, bytes: 2) {
        case 3: number(at: place + 8, bytes: 2)
        case 4: number(at: place + 8, bytes: 4)
        default: nil
        }
    }

    /// The text of a field, without the zero at its end; texts as long as a time are read, no others.
    func text(_ field: Field, in directory: Directory) -> String? {
        guard let place = place(of: field, in: directory), number(at: place + 2, bytes: 2) == 2,
            number(at: place + 4, bytes: 4) == 20, let start = number(at: place + 8, bytes: 4),
            start <= bytes.count - 20
        else { return nil }
        return String(decoding: bytes.dropFirst(start).prefix(19), as: UTF8.self)
    }

    private func place(of field: Field, in directory: Directory) -> Int? {
        for index in 0..<directory.count {
            let place = directory.start + index * Self.fieldBytes
            guard let tag = number(at: place, bytes: 2) else { return nil }
            if tag == field.rawValue { return place }
        }
        return nil
    }

    private func number(at offset: Int, bytes count: Int) -> Int? {
        Self.number(in: bytes, at: offset, bytes: count, isBigEndian: isBigEndian)
    }

    private static func number(in bytes: ArraySlice<UInt8>, at offset: Int, bytes count: Int, isBigEndian: Bool) -> Int?
    {
        guard offset >= 0, offset <= bytes.count - count else { return nil }
        let digits = bytes.dropFirst(offset).prefix(count)
        return (isBigEndian ? Array(digits) : digits.reversed()).reduce(0) { $0 << 8 | Int($1) }
    }
}

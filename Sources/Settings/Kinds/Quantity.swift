import FoundationEssentials

/// Numbers with units, as people write them: `64MiB`, `500ms`, `200MP`.
enum Quantity {
    /// Units with how much of the base unit each is.
    ///
    /// The first is the one for showing a value that no other fits.
    typealias Units = [(name: String, factor: Int64)]

    /// Units of memory; the base is the byte.
    static let bytes: Units = [
        ("B", 1), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000),
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30),
    ]
    /// Units of time; the base is the millisecond.
    static let time: Units = [("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000)]
    /// Units of image area; the base is the pixel.
    static let pixels: Units = [("P", 1), ("kP", 1_000), ("MP", 1_000_000), ("GP", 1_000_000_000)]

    /// Reads a number with a unit.
    ///
    /// - Parameters:
    ///   - text: A number that may have a fraction, and a unit in any case.
    ///   - units: The units that are understood.
    ///   - plain: The unit of a number that has none.
    /// - Returns: A whole number of base units.
    /// - Throws: ``ValueError`` that names the units.
    static func parse(_ text: String, units: Units, plain: String) throws(ValueError) -> Int64 {
        let trimmed = text.filter { !$0.isWhitespace && $0 != "_" }
        let split = trimmed.firstIndex { !($0.isNumber || $0 == "." || $0 == "-") } ?? trimmed.endIndex
        let unitName = split == trimmed.endIndex ? plain : String(trimmed[split...])
        let names = units.map(\.name).joined(separator: ", ")
        guard let number = Double(trimmed[..<split]), number.isFinite else {
            throw ValueError("\"\(text)\" is not a number with a unit (\(names); without one: \(plain))")
        }
        guard let unit = units.first(where: { $0.name.lowercased() == unitName.lowercased() }) else {
            throw ValueError("\"\(text)\" has an unknown unit; there are \(names)")
        }
        guard let count = Int64(exactly: (number * Double(unit.factor)).rounded()) else {
            throw ValueError("\"\(text)\" is too large")
        }
        return count
    }

    /// Writes a number of base units in the largest unit that leaves it whole.
    static func show(_ count: Int64, units: Units) -> String {
        let whole = units.filter { count != 0 && count % $0.factor == 0 }
        let unit = whole.max { $0.factor < $1.factor } ?? units[0]
        return "\(count / unit.factor)\(unit.name)"
    }
}

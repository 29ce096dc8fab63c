/// Hostile inputs made of good ones: seeded mutations of given examples, the same in every run.
///
/// Each is an example that was flipped, cut, doubled, spliced with another, or given numbers and words from the edge, a few times over.
/// Nothing is kept between two inputs, so that a hundred thousand of them cost no more memory than one.
///
/// ```swift
/// for input in FuzzInputs(of: [good], words: [Array("null".utf8)]) { _ = Parser.read(input) }
/// ```
package struct FuzzInputs: Sequence, IteratorProtocol {
    private let examples: [[UInt8]]
    private let words: [[UInt8]]
    private let longest: Int
    private var left: Int
    private var generator: SeededGenerator

    /// Makes inputs out of examples.
    ///
    /// - Parameters:
    ///   - examples: What the parser takes, one or more; the first inputs are these as they are.
    ///   - words: What means something to the parser, such as `null` or a magic number.
    ///   - count: How many inputs.
    ///   - longest: The most bytes of an input.
    ///   - seed: Another one makes other inputs.
    package init(
        of examples: [[UInt8]],
        words: [[UInt8]] = [],
        count: Int = 100_000,
        longest: Int = 4096,
        seed: UInt64 = 1
    ) {
        self.examples = examples.isEmpty ? [[]] : examples
        self.words = words + Self.edges
        self.longest = longest
        left = count
        generator = SeededGenerator(seed: seed)
    }

    /// The next input; nil after the last.
    package mutating func next() -> [UInt8]? {
        guard left > 0 else { return nil }
        left -= 1
        var bytes = example()
        for _ in 0..<below(6) { mutate(&bytes) }
        return Array(bytes.prefix(longest))
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else {
            bytes = word()
            return
        }
        let at = below(bytes.count)
        switch below(9) {
        case 0: bytes[at] ^= 1 << UInt8(below(8))
        case 1: bytes[at] = UInt8(below(256))
        case 2: bytes[at] = Self.marks[below(Self.marks.count)]
        case 3: bytes.removeSubrange(at..<end(from: at, in: bytes))
        case 4: bytes.insert(contentsOf: Array(bytes[at..<end(from: at, in: bytes)]), at: below(bytes.count + 1))
        case 5: bytes.insert(contentsOf: word(), at: at)
        case 6:
            // Over what is there, so that lengths around it still fit.
            for (offset, byte) in word().enumerated() where at + offset < bytes.count { bytes[at + offset] = byte }
        case 7: bytes.removeSubrange(at...)
        default:
            let other = example()
            bytes = Array(bytes[..<at]) + other.dropFirst(below(other.count + 1))
        }
        if bytes.count > longest { bytes.removeSubrange(longest...) }
    }

    private mutating func example() -> [UInt8] { examples[below(examples.count)] }
    private mutating func word() -> [UInt8] { words[below(words.count)] }

    private mutating func end(from start: Int, in bytes: [UInt8]) -> Int {
        Swift.min(bytes.count, start + 1 + below(Swift.max(1, Swift.min(64, bytes.count))))
    }

    private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<Swift.max(1, limit), using: &generator) }

    /// Bytes that mean something in many formats.
    private static let marks: [UInt8] =
        Array("\"\\{}[],:-+.eE0123456789 \n\r\t\u{0}%&=?/@#".utf8) + [0x7F, 0x80, 0xC0, 0xED, 0xFE, 0xFF]

    /// Numbers from the edge, as text and in both orders of bytes.
    private static let edges: [[UInt8]] = {
        let numbers: [UInt64] = [
            0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 62, 1 << 63, .max, .max >> 1,
        ]
        let texts =
            numbers.map { "\($0)" } + [
                "-1", "-9223372036854775808", "-9223372036854775809", "1e400", "-1e400", "1e-400", "1.5", "NaN",
            ]
        let widths = [2, 4, 8]
        let binary = numbers.flatMap { number in
            widths.flatMap { width -> [[UInt8]] in
                let little = (0..<width).map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
                return [little, little.reversed()]
            }
        }
        return texts.map { Array($0.utf8) } + binary
    }()
}

/// A number as it is written, taken apart: `mantissa` times ten to the power of `exponent`.
///
/// Most numbers are worth what one division of two exact doubles gives; the others are left to the standard library, which takes ten times
/// as long.
struct JSONDecimal {
    private let isNegative: Bool
    /// Whether it has neither fraction nor exponent.
    private let isWhole: Bool
    /// Its digits without the point; wrong when there are more than 19 that count.
    private let mantissa: UInt64
    /// How many of its digits count.
    private let digits: Int
    private let exponent: Int

    /// Powers of ten that a double holds exactly.
    private static let exactPowers: [Double] = (0..<22).reduce(into: [1]) { powers, _ in
        powers.append((powers.last ?? 1) * 10)
    }

    /// Takes apart what is known to be a number.
    init(_ text: Span<UInt8>) {
        isNegative = text[0] == UInt8(ascii: "-")
        var (mantissa, digits, at): (UInt64, Int, Int) = (0, 0, isNegative ? 1 : 0)
        var point: Int?
        while at < text.count {
            let digit = text[at] &- UInt8(ascii: "0")
            if digit <= 9 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
                if mantissa != 0 { digits += 1 }
            } else if text[at] == UInt8(ascii: ".") {
                point = at + 1
            } else {
                break
            }
            at += 1
        }
        (self.mantissa, self.digits) = (mantissa, digits)
        isWhole = point == nil && at == text.count
        exponent = Self.exponent(text, at + 1) - (point.map { at - $0 } ?? 0)
    }

    /// Its value; nil when the short way cannot tell it exactly.
    var content: JSONValue.Content? {
        if isWhole, digits <= 18, mantissa > 0 || !isNegative {
            return .integer(isNegative ? -Int(mantissa) : Int(mantissa))
        }
        // A mantissa below 2^53 times or by an exact power of ten is rounded once, hence correctly.
        guard digits <= 15, abs(exponent) < Self.exactPowers.count else { return nil }
        let power = Self.exactPowers[abs(exponent)]
        let magnitude = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
        return .number(isNegative ? -magnitude : magnitude)
    }

    /// The exponent that begins at `start`; 0 without one.
    private static func exponent(_ text: Span<UInt8>, _ start: Int) -> Int {
        var (magnitude, isNegative) = (0, false)
        for at in start..<max(start, text.count) {
            let digit = text[at] &- UInt8(ascii: "0")
            // Beyond every double, and short enough to go on with.
            if digit <= 9 { magnitude = min(magnitude * 10 + Int(digit), 10_000) }
            if text[at] == UInt8(ascii: "-") { isNegative = true }
        }
        return isNegative ? -magnitude : magnitude
    }
}

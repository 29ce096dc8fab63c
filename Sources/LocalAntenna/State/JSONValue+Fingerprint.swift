package import JSON

extension JSONValue {
    /// A 64-bit digest that does not depend on the order of keys and leaves out the members named.
    ///
    /// Not cryptographic (FNV-1a and the finaliser of SplitMix64): it tells two results of one task apart, no more.
    package func fingerprint(ignoring keys: Set<String> = []) -> UInt64 {
        switch content {
        case .null: return 1
        case .bool(let value): return value ? 2 : 3
        case .integer(let value): return Self.digest(Double(value))
        case .number(let value): return Self.digest(value)
        case .string(let text): return Self.digest(text)
        case .array(let values): return Self.combine(values) { $0.fingerprint(ignoring: keys) }
        case .numbers(let values): return Self.combine(values) { Self.digest($0) }
        case .object(let members):
            var sum: UInt64 = 5
            for (key, value) in members.dictionary where !keys.contains(key) {
                sum &+= SplitMix64.mix(Self.digest(key) &* 31 &+ value.fingerprint(ignoring: keys))
            }
            return SplitMix64.mix(sum)
        }
    }

    private static func combine<Element>(_ elements: [Element], _ digest: (Element) -> UInt64) -> UInt64 {
        elements.reduce(6) { SplitMix64.mix($0 &* 31 &+ digest($1)) }
    }

    private static func digest(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    private static func digest(_ number: Double) -> UInt64 {
        SplitMix64.mix(number.bitPattern ^ 4)
    }
}

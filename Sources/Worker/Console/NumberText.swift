/// Numbers as people read them, the same in every locale.
package enum NumberText {
    /// A duration with about three digits: `0.42 ms`, `17.3 ms`, `2.51 s`, `3 min 20 s`.
    package static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<0.001: "\(fixed(seconds * 1_000, digits: 2)) ms"
        case ..<0.1: "\(fixed(seconds * 1_000, digits: 1)) ms"
        case ..<1: "\(fixed(seconds * 1_000, digits: 0)) ms"
        case ..<100: "\(fixed(seconds, digits: seconds < 10 ? 2 : 1)) s"
        default: "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
        }
    }

    /// A number of bytes in the largest unit of which there is one: `512 MiB`, `1.5 GiB`.
    static func bytes(_ count: Int) -> String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var (value, unit) = (Double(count), 0)
        while value >= 1_024, unit < units.count - 1 { (value, unit) = (value / 1_024, unit + 1) }
        return "\(fixed(value, digits: unit == 0 || value == value.rounded() ? 0 : 1)) \(units[unit])"
    }

    /// A number with the digits given behind the point.
    package static func fixed(_ value: Double, digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
        let scaled = (value * scale).rounded()
        // Beyond this a double has no digits to spare, and a whole number could not hold it.
        guard scaled.magnitude < 0x1p53 else { return "\(value)" }
        let whole = Int(scaled.magnitude)
        let sign = scaled < 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(whole)" }
        let fraction = String(whole % Int(scale))
        return "\(sign)\(whole / Int(scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }
}

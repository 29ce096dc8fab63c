extension SettingKind<Int> {
    /// A whole number within bounds.
    static func integer(_ range: ClosedRange<Int>, placeholder: String = "N") -> SettingKind {
        SettingKind(
            name: "whole number",
            placeholder: placeholder,
            parse: { text throws(ValueError) in
                guard let value = Int(text.trimmed) else { throw ValueError("\"\(text)\" is not a whole number") }
                return try within(range, value, shown: text) { "\($0)" }
            },
            show: { "\($0)" }
        )
    }

    /// A number of bytes, such as `64MiB`; a plain number is bytes.
    static func byteCount(_ range: ClosedRange<Int>) -> SettingKind {
        quantity("byte count", "BYTES", Quantity.bytes, plain: "B", unit: "bytes", range)
    }

    /// A number of pixels, such as `200MP`; a plain number is pixels.
    static func pixelCount(_ range: ClosedRange<Int>) -> SettingKind {
        quantity("pixel count", "PIXELS", Quantity.pixels, plain: "P", unit: "pixels", range)
    }

    private static func quantity(
        _ name: String,
        _ placeholder: String,
        _ units: Quantity.Units,
        plain: String,
        unit: String,
        _ range: ClosedRange<Int>
    ) -> SettingKind {
        SettingKind(
            name: name,
            placeholder: placeholder,
            unit: unit,
            parse: { text throws(ValueError) in
                guard let value = Int(exactly: try Quantity.parse(text, units: units, plain: plain)) else {
                    throw ValueError("\"\(text)\" is too large")
                }
                return try within(range, value, shown: text) { Quantity.show(Int64($0), units: units) }
            },
            show: { Quantity.show(Int64($0), units: units) }
        )
    }
}

extension SettingKind<Duration> {
    /// A time, such as `30s` or `500ms`; a plain number is seconds.
    static func seconds(_ range: ClosedRange<Duration>) -> SettingKind {
        duration(plain: "s", unit: "seconds", placeholder: "SECONDS", range)
    }

    /// A time, such as `500ms` or `1s`; a plain number is milliseconds.
    static func milliseconds(_ range: ClosedRange<Duration>) -> SettingKind {
        duration(plain: "ms", unit: "milliseconds", placeholder: "MS", range)
    }

    private static func duration(
        plain: String,
        unit: String,
        placeholder: String,
        _ range: ClosedRange<Duration>
    ) -> SettingKind {
        SettingKind(
            name: "duration",
            placeholder: placeholder,
            unit: unit,
            parse: { text throws(ValueError) in
                let count = try Quantity.parse(text, units: Quantity.time, plain: plain)
                return try within(range, .milliseconds(count), shown: text, showMilliseconds)
            },
            show: showMilliseconds
        )
    }
}

private func showMilliseconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    return Quantity.show(seconds * 1_000 + attoseconds / 1_000_000_000_000_000, units: Quantity.time)
}

private func within<Value: Comparable>(
    _ range: ClosedRange<Value>,
    _ value: Value,
    shown text: String,
    _ show: (Value) -> String
) throws(ValueError) -> Value {
    guard value >= range.lowerBound else { throw ValueError("\"\(text)\" is less than \(show(range.lowerBound))") }
    guard value <= range.upperBound else { throw ValueError("\"\(text)\" is more than \(show(range.upperBound))") }
    return value
}

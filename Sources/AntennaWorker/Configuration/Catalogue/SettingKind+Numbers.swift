import Inference
import Pipeline

extension SettingKind<Int> {
    /// A whole number within bounds.
    static func integer(_ range: ClosedRange<Int>, placeholder: String = "N") -> SettingKind {
        SettingKind(
            name: "whole number",
            placeholder: placeholder,
            parse: { text throws(ValueError) in
                guard let value = Int(trimmed(text)) else { throw ValueError("\"\(text)\" is not a whole number") }
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

extension SettingKind<Bool> {
    /// Yes or no.
    static var flag: SettingKind {
        SettingKind(
            name: "flag",
            placeholder: "true|false",
            parse: { text throws(ValueError) in
                switch trimmed(text).lowercased() {
                case "true", "yes", "on", "1": return true
                case "false", "no", "off", "0": return false
                default: throw ValueError("\"\(text)\" is neither true nor false")
                }
            },
            show: { "\($0)" }
        )
    }
}

extension SettingKind<[Device]> {
    /// Devices with commas between, such as `cuda:0,cuda:1`.
    static var devices: SettingKind {
        SettingKind(
            name: "list of devices",
            placeholder: "DEVICE,…",
            parse: { text throws(ValueError) in
                do throws(InferenceError) {
                    return try Device.list(parsing: text)
                } catch {
                    throw ValueError("\"\(text)\": \(error.message)")
                }
            },
            show: { $0.map(\.description).joined(separator: ",") }
        )
    }
}

extension SettingKind<ScoreSelection> {
    /// `all`, or `top:N`.
    static var scoreSelection: SettingKind {
        SettingKind(
            name: "all · top:N",
            placeholder: "all|top:N",
            parse: { text throws(ValueError) in
                let parts = trimmed(text).lowercased().split(separator: ":", omittingEmptySubsequences: false)
                if parts == ["all"] { return .all }
                guard parts.count == 2, parts[0] == "top", let count = Int(parts[1]), count > 0 else {
                    throw ValueError("\"\(text)\" is neither all nor top:N, such as top:10")
                }
                return .top(count)
            },
            show: { selection in
                switch selection {
                case .all: "all"
                case .top(let count): "top:\(count)"
                }
            }
        )
    }
}

extension SettingKind where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of a few words.
    static var choice: SettingKind {
        let words = Value.allCases.map(\.rawValue)
        return SettingKind(
            name: words.joined(separator: " · "),
            placeholder: words.joined(separator: "|"),
            parse: { text throws(ValueError) in
                guard let value = Value(rawValue: trimmed(text).lowercased()) else {
                    throw ValueError("\"\(text)\" is not one of \(words.joined(separator: ", "))")
                }
                return value
            },
            show: { $0.rawValue }
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

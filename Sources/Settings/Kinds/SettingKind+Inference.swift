import Inference
import Pipeline
import Telemetry

extension SettingKind<[DeviceChoice]> {
    /// Devices with commas between, such as `cuda:0,cuda:1`.
    static var devices: SettingKind {
        SettingKind(
            name: "list of devices",
            placeholder: "DEVICE,…",
            parse: { text throws(ValueError) in
                do throws(InferenceError) {
                    return try DeviceChoice.list(parsing: text)
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
                let parts = text.trimmed.lowercased().split(separator: ":", omittingEmptySubsequences: false)
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

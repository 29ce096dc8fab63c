import Foundation
import Inference
import JSON
import Settings

/// The first message to the live page.
struct LiveHello {
    struct SettingLine {
        let key: String
        let value: String
        let origin: String
    }

    let role: String
    let version: String
    let process: Int32
    let host: String
    let startedAt: Double
    /// Where the models run; nil before they are loaded, and for a role without.
    let placement: DevicePlacement?
    let history: [LiveHistory.Point]
    let settings: [SettingLine]

    init(_ healthService: HealthService) {
        role = healthService.role
        version = Version.current
        process = ProcessInfo.processInfo.processIdentifier
        host = Self.hostName
        startedAt = ProcessFigures.startedAt.timeIntervalSince1970
        placement = healthService.placement
        history = healthService.history.points
        settings = healthService.effective.map {
            SettingLine(key: $0.key, value: $0.text, origin: $0.origin.rawValue)
        }
    }

    /// As the system has it; Foundation asks the name service, which can take its time.
    static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension LiveHello {
    /// The JSON that the page reads.
    var json: JSONValue {
        var members: JSONObject = [
            "role": .string(role), "version": .string(version), "process": JSONValue(Int(process)),
            "host": .string(host),
            "startedAt": .number(startedAt), "history": .array(history.map(\.json)),
            "settings": .array(
                settings.map { ["key": .string($0.key), "value": .string($0.value), "origin": .string($0.origin)] }
            ),
        ]
        members["placement"] = placement?.json
        return .object(members)
    }
}

extension DevicePlacement {
    /// The devices, why they were taken, and what could not be taken before them.
    fileprivate var json: JSONValue {
        [
            "devices": .array(devices.map { .string($0.description) }), "reason": .string(reason),
            "rejected": .array(
                rejected.map {
                    ["device": .string($0.subject), "reason": .string($0.reason), "remedy": .string($0.remedy)]
                }
            ),
        ]
    }
}

import Foundation
import Inference
import JSON
import Settings
import Transport

/// What a role tells the others of itself every few seconds.
struct FleetReport: Sendable, Equatable {
    /// The largest report that is read, in bytes; one is some hundred.
    static let mostBytes = 16 << 10
    private static let mostNames = 50

    var role: String
    var host: String
    var process: Int
    var version: String
    /// Seconds since 1970.
    var startedAt: Double
    var state: LiveState
    var pipelines: [String]
    var devices: [String]
    var done: Double
    var failed: Double
    /// Tasks a second of late.
    var rate: Double
    var residentBytes: Double
    /// Where its own page is.
    var page = PageAddress.untold
    /// Whether it is the role's last, because it ends.
    var hasEnded = false

    /// Tells the roles of a fleet apart.
    var key: String { "\(role) \(process) \(host)" }
}

extension FleetReport {
    /// What a role has to tell now.
    init(_ healthService: HealthService) {
        let totals = LiveTotals(healthService.registry.samples())
        let health = healthService.health
        self.init(
            role: healthService.role,
            host: LiveHello.hostName,
            process: Int(ProcessInfo.processInfo.processIdentifier),
            version: Version.current,
            startedAt: ProcessFigures.startedAt.timeIntervalSince1970,
            state: LiveState(healthService),
            pipelines: Array((health?.pipelines ?? []).prefix(Self.mostNames)),
            devices: (health?.placement?.devices ?? []).prefix(Self.mostNames).map(\.description),
            done: totals.done,
            failed: totals.failed,
            rate: healthService.history.rate,
            residentBytes: Double(ProcessFigures.residentBytes ?? 0),
            page: healthService.page
        )
    }

    /// Reads what somebody has sent, who may be anybody that can reach the broker; nil for what is no report.
    init?(parsing body: [UInt8]) {
        guard body.count <= Self.mostBytes, let json = try? JSONValue(parsing: body, mostValues: 1_000),
            let role = json["role"]?.string, let host = json["host"]?.string, let process = json["process"]?.int
        else { return nil }
        func number(_ key: String) -> Double {
            guard let value = json[key]?.double, value.isFinite else { return 0 }
            return min(max(value, 0), 1e15)
        }
        func names(_ key: String) -> [String] {
            (json[key]?.elements ?? []).prefix(Self.mostNames).compactMap { $0.string?.line(limit: 80) }
        }
        let look = json["state"]?["look"]?.string.flatMap(LiveState.Look.init) ?? .warn
        self.init(
            role: role.line(limit: 20),
            host: host.line(limit: 80),
            process: process,
            version: json["version"]?.string?.line(limit: 60) ?? "",
            startedAt: number("startedAt"),
            state: LiveState(look, json["state"]?["text"]?.string?.line(limit: 200) ?? ""),
            pipelines: names("pipelines"),
            devices: names("devices"),
            done: number("done"),
            failed: number("failed"),
            rate: number("rate"),
            residentBytes: number("residentBytes"),
            page: PageAddress(told: json["page"]?.string, reason: json["noPage"]?.string),
            hasEnded: json["hasEnded"]?.bool ?? false
        )
    }

    /// What is sent, and what the page reads.
    var json: JSONObject {
        var members: JSONObject = [
            "role": .string(role), "host": .string(host), "process": JSONValue(process), "version": .string(version),
            "startedAt": .number(startedAt), "state": state.json, "pipelines": .array(pipelines.map(JSONValue.string)),
            "devices": .array(devices.map(JSONValue.string)), "done": .number(done), "failed": .number(failed),
            "rate": .number(rate), "residentBytes": .number(residentBytes), "hasEnded": .bool(hasEnded),
        ]
        switch page {
        case .at(let address): members["page"] = .string(address)
        case .unknown(let reason): members["noPage"] = .string(reason)
        }
        return members
    }
}

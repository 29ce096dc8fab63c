import Foundation
import JSON
import Pipeline
import Settings
import Telemetry

/// The message to the live page every second: the metrics themselves, so that the page and `/metrics` always agree.
struct LiveSnapshot {
    struct Value {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    struct StageTimes {
        let stage: String
        let count: Int
        let seconds: Double
    }

    struct Batches {
        let count: Int
        /// In all of them.
        let images: Double
    }

    struct Check {
        let name: String
        let detail: String?
        let problem: String?
    }

    let now: Double
    let state: LiveState
    let values: [Value]
    let stages: [StageTimes]
    let batches: Batches?
    let checks: [Check]
    let images: [LiveImages.Entry]
    let messages: [RecentMessages.Message]

    init(_ healthService: HealthService) {
        now = Date().timeIntervalSince1970
        state = LiveState(healthService)
        values = healthService.registry.samples().map {
            Value(name: $0.name, labels: Dictionary($0.labels) { $1 }, value: $0.value)
        }
        stages = healthService.registry.histograms(of: WorkMetrics.stageSeconds.name).map {
            StageTimes(stage: $0.labels.first?.value ?? "", count: $1.count, seconds: $1.sum)
        }
        batches = healthService.registry.histograms(of: WorkMetrics.batchImages.name).first.map {
            Batches(count: $1.count, images: $1.sum)
        }
        checks = healthService.readiness.map { Check(name: $0.name, detail: $0.detail, problem: $0.problem) }
        images = healthService.images.entries
        messages = RecentMessages.process.messages
    }
}

extension LiveSnapshot {
    /// The JSON that the page reads; absent values are left out.
    var json: JSONValue {
        var members: JSONObject = [
            "now": .number(now), "state": state.json, "values": .array(values.map(\.json)),
            "stages": .array(stages.map(\.json)),
            "checks": .array(checks.map(\.json)), "images": .array(images.map(\.json)),
            "messages": .array(messages.map(\.json)),
        ]
        members["batches"] = batches?.json
        return .object(members)
    }
}

extension LiveSnapshot.Value {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "labels": .object(JSONObject(labels.map { ($0.key, JSONValue.string($0.value)) })),
            "value": .number(value),
        ]
    }
}

extension LiveSnapshot.StageTimes {
    fileprivate var json: JSONValue {
        ["stage": .string(stage), "count": JSONValue(count), "seconds": .number(seconds)]
    }
}

extension LiveSnapshot.Batches {
    fileprivate var json: JSONValue { ["count": JSONValue(count), "images": .number(images)] }
}

extension LiveSnapshot.Check {
    fileprivate var json: JSONValue {
        var members: JSONObject = ["name": .string(name)]
        members["detail"] = detail.map(JSONValue.string)
        members["problem"] = problem.map(JSONValue.string)
        return .object(members)
    }
}

import Foundation
import JSON

/// What the page of the fleet shows: this role, and those that were heard of.
struct FleetSnapshot {
    let rows: [FleetTable.Row]
    /// Why nobody else is heard of, in a sentence; nil when there is no obstacle.
    let problem: String?
    /// Since when others are listened to; nil before that.
    let heardSince: Date?

    /// Looks, and so has others listened to for the next minute.
    init(_ healthService: HealthService) {
        let own = FleetReport(healthService)
        let link = healthService.fleet
        link?.viewers.look()
        rows = [FleetTable.Row(report: own, age: .zero)] + (link?.rows(but: own.key) ?? [])
        heardSince = link?.heardSince
        problem =
            if let link {
                link.problem
            } else if healthService.health == nil {
                "This role is still starting."
            } else {
                "This role uses no RabbitMQ, so it knows of itself alone."
            }
    }

    /// The JSON that the page reads.
    var json: JSONValue {
        var members: JSONObject = ["roles": .array(rows.map(\.json))]
        members["problem"] = problem.map(JSONValue.string)
        members["heardSince"] = heardSince.map { .number($0.timeIntervalSince1970) }
        return .object(members)
    }
}

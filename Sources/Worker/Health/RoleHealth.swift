import Inference
import ServiceLifecycle
import Telemetry
import Transport

/// A role's state as metrics, health and the live page show it.
package struct RoleHealth: Sendable {
    /// Something that has to be as it should for the worker to be ready.
    struct Check: Sendable {
        let name: String
        /// A note while nothing is wrong, such as an address in use; nil when nothing is.
        var detail: @Sendable () -> String? = { nil }
        /// The problem, in a sentence without secrets; nil when there is none.
        let problem: @Sendable () -> String?
        /// Whether the log hears of it from elsewhere.
        var isToldElsewhere = false
    }

    /// A part of the way that may get stuck.
    struct Part: Sendable {
        let name: String
        /// How much longer than the setting says it may stand still; nil lets it stand still for ever.
        let patience: Duration?
        let read: @Sendable () -> StallDetector.Reading
    }

    /// The conditions of readiness, beside loaded models.
    var checks: [Check] = []
    /// Where its models run; nil for a role without models.
    var placement: DevicePlacement?
    /// The parts watched for stalls.
    var parts: [Part] = []
    /// The gauges read at a scrape.
    var collectors: [MetricCollector] = []
    /// How far the role is, for the log; nil for what does no work of its own.
    var work: (@Sendable () -> WorkLog.Reading)?
    /// The pipelines it works for.
    var pipelines: [String] = []
    /// The broker it is connected to; nil for a role without.
    var broker: AMQPConfiguration?
    /// The services that probe others now and then, for as long as the role runs.
    var services: [any Service] = []

    /// Joins what two halves of a role show: checks of the same name are one, since each name is one line of `/readyz` and one series.
    static func + (left: RoleHealth, right: RoleHealth) -> RoleHealth {
        RoleHealth(
            checks: joined(left.checks, right.checks),
            placement: left.placement ?? right.placement,
            parts: left.parts + right.parts,
            collectors: left.collectors + right.collectors,
            work: left.work ?? right.work,
            pipelines: left.pipelines + right.pipelines,
            broker: left.broker ?? right.broker,
            services: left.services + right.services
        )
    }

    private static func joined(_ left: [Check], _ right: [Check]) -> [Check] {
        right.reduce(into: left) { checks, other in
            guard let index = checks.firstIndex(where: { $0.name == other.name }) else { return checks.append(other) }
            let first = checks[index]
            checks[index] = Check(
                name: first.name,
                detail: { first.detail() ?? other.detail() },
                problem: { first.problem() ?? other.problem() },
                isToldElsewhere: first.isToldElsewhere && other.isToldElsewhere
            )
        }
    }
}

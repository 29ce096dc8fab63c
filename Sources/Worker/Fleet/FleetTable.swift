import JSON

/// Who was heard of, and when; bounded in number and in time.
struct FleetTable: Sendable {
    /// A role, and how long ago it was heard of.
    struct Row: Sendable {
        let report: FleetReport
        let age: Duration

        /// The JSON that the page reads.
        var json: JSONValue {
            var members = report.json
            members["age"] = .number(age / .seconds(1))
            return .object(members)
        }
    }

    /// The most roles that are kept.
    static let capacity = 500
    /// How long a role that is not heard of any more is shown.
    private static let memory = Duration.seconds(600)
    /// How long one that has said goodbye is.
    private static let farewell = Duration.seconds(60)

    private var heard: [String: (report: FleetReport, at: ContinuousClock.Instant)] = [:]

    /// Notes a report; where there are too many roles, the one that was not heard of for the longest time goes.
    mutating func hear(_ report: FleetReport, at now: ContinuousClock.Instant) {
        if heard[report.key] == nil, heard.count >= Self.capacity,
            let oldest = heard.min(by: { $0.value.at < $1.value.at })
        {
            heard[oldest.key] = nil
        }
        heard[report.key] = (report, now)
    }

    /// Everybody but `own`, sorted by role and host.
    func rows(at now: ContinuousClock.Instant, but own: String) -> [Row] {
        heard.values
            .filter { $0.report.key != own && now - $0.at < ($0.report.hasEnded ? Self.farewell : Self.memory) }
            .map { Row(report: $0.report, age: max(.zero, now - $0.at)) }
            .sorted {
                ($0.report.role, $0.report.host, $0.report.process) < (
                    $1.report.role, $1.report.host, $1.report.process
                )
            }
    }
}

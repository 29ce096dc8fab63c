import JSON
import Pipeline
import Telemetry
import Transport

extension AntennaClient {
    /// Looks at a job.
    ///
    /// - Throws: ``AntennaError``; `notFound` when the job is gone.
    package func detail(ofJob id: Int) async throws(AntennaError) -> AntennaJobDetail {
        let operation: OperationName = "antenna.job"
        let answer = try await call(.get, address.job(id), operation: operation)
        guard let wire = AntennaWire.read(AntennaWire.JobDetail.self, from: answer.body) else {
            throw malformed(answer, operation)
        }
        let results = wire.stages.first { $0.key == "results" }
        let process = wire.stages.first { $0.key == "process" }
        let images = process?.images
        return AntennaJobDetail(
            name: wire.name?.line(limit: 100),
            pipeline: wire.pipeline?.line(limit: 100),
            dispatchMode: wire.dispatchMode?.line(limit: 100),
            status: wire.status?.line(limit: 100),
            projectID: wire.projectID,
            // The share is exact; the stage's own counters leave out images that failed.
            saved: results?.progress.flatMap { share in images.map { Int((share * Double($0)).rounded()) } },
            images: images,
            remaining: images == nil ? nil : process?.remaining,
            failed: process?.failed,
            latestError: wire.latestError.map { $0.line(limit: 300) }
        )
    }
}

extension AntennaWire {
    /// `GET jobs/{id}/`, of which everything may be missing.
    struct JobDetail: Element {
        let name: String?
        let pipeline: String?
        let dispatchMode: String?
        let status: String?
        let projectID: Int?
        let stages: [Stage]
        let latestError: String?

        init?(_ json: JSONValue) {
            guard json["id"]?.lenientInt != nil else { return nil }
            name = json["name"]?.string
            pipeline = json["pipeline"]?["slug"]?.string ?? json["pipeline_slug"]?.string
            dispatchMode = json["dispatch_mode"]?.string
            status = json["status"]?.string
            let project = json["project"]
            projectID = project?.lenientInt ?? project?["id"]?.lenientInt
            stages = json["progress"]?["stages"]?.elements?.compactMap { Stage($0) } ?? []
            // What was logged, newest first.
            let errors = json["logs"]?["stderr"]
            latestError = errors?.strings?.first ?? errors?.string
        }
    }

    /// A stage of a job: its share of 0 to 1, and counters.
    struct Stage {
        let key: String
        let progress: Double?
        private let counters: [String: Int]

        /// All images of the job, done or not.
        var images: Int? {
            guard let processed = counters["processed"], let remaining = counters["remaining"] else { return nil }
            let (sum, isTooLarge) = processed.addingReportingOverflow(remaining)
            return isTooLarge || sum < 0 || sum > Int(Int32.max) ? nil : sum
        }

        /// Images that are not done.
        var remaining: Int? { number("remaining") }
        /// Images that ended in an error.
        var failed: Int? { number("failed") }

        private func number(_ name: String) -> Int? {
            counters[name].flatMap { (0...Int(Int32.max)).contains($0) ? $0 : nil }
        }

        init?(_ json: JSONValue) {
            guard let key = json["key"]?.string else { return nil }
            self.key = key
            progress = (json["progress"]?.double).map { min(max($0, 0), 1) }
            let parameters = json["params"]?.elements ?? []
            counters = Dictionary(
                parameters.compactMap { parameter in
                    parameter["key"]?.string.flatMap { key in parameter["value"]?.int.map { (key, $0) } }
                },
                uniquingKeysWith: { first, _ in first }
            )
        }
    }
}

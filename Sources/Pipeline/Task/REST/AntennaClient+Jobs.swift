/// A job as the server shows it: whose it is, and how far it is.
package struct AntennaJobDetail: Sendable, Hashable {
    /// The project the job belongs to; nil where the server does not say.
    package var projectID: Int?
    /// Images whose results are saved, failed ones included; nil where the server does not say.
    package var saved: Int?
    /// Images of the job; nil where the server does not say.
    package var images: Int?
    /// The latest error in the job's log, cut to a line.
    package var latestError: String?
}

extension AntennaClient {
    /// Looks at a job.
    ///
    /// - Throws: ``AntennaError``; `notFound` when the job is gone.
    package func detail(ofJob id: Int) async throws(AntennaError) -> AntennaJobDetail {
        let operation = "antenna.job"
        let answer = try await call(.get, address.job(id), operation: operation)
        guard let wire = AntennaWire.read(AntennaWire.JobDetail.self, from: answer.body) else {
            throw malformed(answer, operation)
        }
        let results = wire.stages.first { $0.key == "results" }
        let images = wire.stages.first { $0.key == "process" }?.images
        return AntennaJobDetail(
            projectID: wire.projectID,
            // The share is exact; the stage's own counters leave out images that failed.
            saved: results?.progress.flatMap { share in images.map { Int((share * Double($0)).rounded()) } },
            images: images,
            latestError: wire.latestError.map { PlainText.line($0, limit: 300) }
        )
    }
}

extension AntennaWire {
    /// `GET jobs/{id}/`, of which everything may be missing.
    struct JobDetail: Decodable {
        let projectID: Int?
        let stages: [Stage]
        let latestError: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            _ = try container.number(forKey: .id)
            projectID =
                (try? container.number(forKey: .project))
                ?? (try? container.decode(Reference.self, forKey: .project))?.id
            let progress = try? container.decode(Progress.self, forKey: .progress)
            stages = progress?.stages.compactMap(\.element) ?? []
            latestError = (try? container.decode(Logs.self, forKey: .logs))?.latestError
        }

        private enum Keys: CodingKey {
            case id
            case project
            case progress
            case logs
        }
    }

    /// An object of which only the number matters.
    struct Reference: Decodable {
        let id: Int

        init(from decoder: any Decoder) throws {
            id = try decoder.container(keyedBy: Keys.self).number(forKey: .id)
        }

        private enum Keys: CodingKey {
            case id
        }
    }

    struct Progress: Decodable {
        let stages: [Lenient<Stage>]
    }

    /// A stage of a job: its share of 0 to 1, and counters.
    struct Stage: Decodable {
        let key: String
        let progress: Double?
        private let counters: [String: Int]

        /// All images of the job, done or not.
        var images: Int? {
            guard let processed = counters["processed"], let remaining = counters["remaining"] else { return nil }
            let (sum, isTooLarge) = processed.addingReportingOverflow(remaining)
            return isTooLarge || sum < 0 || sum > Int(Int32.max) ? nil : sum
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            key = try container.decode(String.self, forKey: .key)
            progress = (try? container.decode(Double.self, forKey: .progress)).map { min(max($0, 0), 1) }
            let parameters = (try? container.decode([Lenient<Parameter>].self, forKey: .params)) ?? []
            counters = Dictionary(
                parameters.compactMap(\.element).map { ($0.key, $0.value) },
                uniquingKeysWith: { first, _ in first }
            )
        }

        private enum Keys: CodingKey {
            case key
            case progress
            case params
        }
    }

    struct Parameter: Decodable {
        let key: String
        let value: Int
    }

    /// What was logged, newest first.
    struct Logs: Decodable {
        let latestError: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            latestError =
                (try? container.decode([String].self, forKey: .stderr))?.first
                ?? (try? container.decode(String.self, forKey: .stderr))
        }

        private enum Keys: CodingKey {
            case stderr
        }
    }
}

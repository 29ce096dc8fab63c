import JSON
package import Pipeline
import Telemetry
import Transport

/// A job that has tasks for one of our pipelines.
package struct AntennaJob: Sendable, Hashable {
    /// The job's number.
    package let id: Int
    /// The slug of the pipeline that analyses its images.
    package let pipeline: String
    /// Whether the server's list says that we may take its tasks and post their results; nil when it says nothing.
    ///
    /// A hint only: superusers may do what is not listed.
    package let seemsPermitted: Bool?

    package init(id: Int, pipeline: String, seemsPermitted: Bool? = nil) {
        self.id = id
        self.pipeline = pipeline
        self.seemsPermitted = seemsPermitted
    }

    /// The job of a task; nil when the task names none.
    init?(of task: ImageTask) {
        guard let id = task.jobID else { return nil }
        self.init(id: id, pipeline: task.pipeline)
    }
}

/// What a reservation brought.
package struct AntennaReservation: Sendable, Hashable {
    /// Tasks to do.
    ///
    /// One without an address has an empty one: the fetch stage says so in its error result.
    package var tasks: [ImageTask] = []
    /// How many elements said too little to be answered at all (no id, no image, or no subject to reply to), or were more than
    /// anybody asks for.
    package var unanswerable = 0
}

extension AntennaClient {
    /// The jobs that have work.
    ///
    /// - Parameters:
    ///   - pipelines: Pipeline slugs; jobs of other pipelines are left out whatever the server says.
    ///   - projectID: Only jobs of this project; nil for all the token may see.
    ///   - limit: The most jobs to ask for with one call.
    /// - Returns: The jobs in the server's order, each once.
    /// - Throws: ``AntennaError``.
    package func jobs(
        pipelines: [String],
        projectID: Int? = nil,
        limit: Int
    ) async throws(AntennaError) -> [AntennaJob] {
        let found = try await pages(
            of: AntennaWire.Job.self,
            limit: limit,
            // The list is shuffled anew for every call, so its pages overlap: what is left is asked for in one, where it fits.
            isShuffled: true,
            operation: "jobs.list"
        ) { limit, offset in
            address.jobs(pipelines: pipelines, projectID: projectID, limit: limit, offset: offset)
        }
        var seen: Set<Int> = []
        return found.compactMap { job in
            // Servers that do not name the pipeline can still be understood when there is only one to choose from.
            guard let pipeline = job.pipelineSlug ?? (pipelines.count == 1 ? pipelines.first : nil),
                pipelines.contains(pipeline), seen.insert(job.id).inserted
            else { return nil }
            return AntennaJob(id: job.id, pipeline: pipeline, seemsPermitted: job.seemsPermitted)
        }
    }

    /// Reserves tasks of a job, in whichever dialect the server understands.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - count: The most tasks to reserve, at least 1.
    /// - Returns: None when the job is drained, not active, or its queue hiccupped: all look the same.
    /// - Throws: ``AntennaError``; `notFound` when the job is gone.
    package func reserve(job: AntennaJob, count: Int) async throws(AntennaError) -> AntennaReservation {
        let candidates = dialect.candidates
        var firstError: AntennaError?
        for candidate in candidates {
            do throws(AntennaError) {
                let reservation = try await reserve(job: job, count: count, in: candidate)
                dialect.remember(candidate)
                return reservation
            } catch {
                // The other dialect's failure says nothing new: the first error is the one to report.
                if let firstError { throw firstError }
                guard speaksAnotherDialect(error) else { throw error }
                firstError = error
            }
        }
        throw firstError ?? AntennaError(.configuration, operation: "tasks.reserve", message: "no dialect to speak")
    }

    /// A 405 always hints at the other dialect; a 404 only while none has ever worked, else it means that the job is gone.
    private func speaksAnotherDialect(_ error: AntennaError) -> Bool {
        error.code == .methodNotAllowed || (error.code == .notFound && dialect.settled == nil)
    }

    private func reserve(
        job: AntennaJob,
        count: Int,
        in dialect: AntennaDialect
    ) async throws(AntennaError) -> AntennaReservation {
        let operation: OperationName = "tasks.reserve"
        let answer: AntennaAnswer
        switch dialect {
        case .current:
            answer = try await call(
                .post,
                address.tasks(job: job.id),
                body: reserveBody(count),
                operation: operation,
                timeout: reserveTimeout
            )
        case .legacy:
            let url = address.legacyTasks(job: job.id, count: count, serviceName: serviceName)
            answer = try await call(.get, url, operation: operation, timeout: reserveTimeout)
        }
        guard let wire = AntennaWire.read(list: "tasks", of: AntennaWire.Task.self, from: answer.body) else {
            throw malformed(answer, operation)
        }
        return AntennaReservation(wire, job: job)
    }

    private func reserveBody(_ count: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("batch_size")
            writer.integer(max(1, count))
            if let clientInfo {
                writer.key("client_info")
                clientInfo.write(to: &writer)
            }
        }
        return writer.finish()
    }
}

extension AntennaReservation {
    /// No id of any server is longer, nor any subject.
    private static let longestID = 255
    private static let longestSubject = 4_096

    init(_ wire: AntennaWire.List<AntennaWire.Task>, job: AntennaJob) {
        unanswerable = wire.omitted
        for element in wire.elements {
            guard let element, let id = Self.text(element.id, Self.longestID),
                let subject = Self.text(element.replySubject, Self.longestSubject),
                let imageID = Self.text(element.imageID, Self.longestID)
            else {
                unanswerable += 1
                continue
            }
            tasks.append(
                ImageTask(
                    id: id,
                    imageID: imageID,
                    imageURL: Self.bounded(element.imageURL ?? ""),
                    replySubject: subject,
                    pipeline: job.pipeline,
                    jobID: job.id
                )
            )
        }
    }

    private static func text(_ value: String?, _ longest: Int) -> String? {
        guard let value, (1...longest).contains(value.utf8.count) else { return nil }
        return value
    }

    /// An address that is longer than any that is fetched, cut just so that the fetch stage still finds it too long.
    private static func bounded(_ url: String) -> String {
        let longest = HTTPURL.maximumBytes + 1
        return url.utf8.count > longest ? String(decoding: url.utf8.prefix(longest), as: UTF8.self) : url
    }
}

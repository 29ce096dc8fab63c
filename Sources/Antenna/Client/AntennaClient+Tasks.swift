import JSON
import Telemetry
import Transport

extension AntennaClient {
    /// The jobs that have work.
    ///
    /// - Parameters:
    ///   - pipelines: Pipeline slugs; jobs of other pipelines are left out whatever the server says.
    ///   - projectID: Only jobs of this project; nil for all the token may see.
    ///   - isForWorkers: Whether jobs are left out that hand out no tasks over this API.
    ///   - limit: The most jobs to ask for with one call.
    /// - Returns: The jobs in the server's order, each once.
    /// - Throws: ``AntennaError``.
    package func jobs(
        pipelines: [String],
        projectID: Int? = nil,
        isForWorkers: Bool = true,
        limit: Int
    ) async throws(AntennaError) -> [AntennaJob] {
        let found = try await pages(
            of: AntennaWire.Job.self,
            limit: limit,
            // The list is shuffled anew for every call, so its pages overlap: what is left is asked for in one, where it fits.
            isShuffled: true,
            operation: "jobs.list"
        ) { limit, offset in
            address.jobs(
                pipelines: pipelines,
                projectID: projectID,
                isForWorkers: isForWorkers,
                limit: limit,
                offset: offset
            )
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
                // The other dialect's refusal says nothing new: the first error is the one to report. Where it was only not heard, it is
                // asked again.
                if let firstError { throw error.isRetriable ? error : firstError }
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

import Concurrency
import Logging
import Pipeline
import Synchronization
import Telemetry

extension ResultPoster {
    /// Posts a result, with quick retries.
    func post(_ result: OutgoingResult) async -> PostOutcome {
        do throws(AntennaError) {
            return PostOutcome(refusal: try await postWithQuickRetries(result))
        } catch {
            switch error.code {
            case .refused, .notFound, .methodNotAllowed:
                if let excuse = result.excuse(for: error), case .later(let failure) = await post(excuse) {
                    return .later(failure)
                }
                return .refused(error)
            case .transport, .authentication, .forbidden, .rateLimited, .unavailable, .redirected, .foreignAnswer,
                .malformedAnswer, .configuration, .cancelled:
                return .later(error)
            }
        }
    }

    /// Makes a few attempts within a few seconds.
    ///
    /// - Returns: Why the server does not take it although it answered well; nil when it has.
    private func postWithQuickRetries(_ result: OutgoingResult) async throws(AntennaError) -> AntennaError? {
        let jobID = result.jobID
        var attempt = 1
        while true {
            do throws(AntennaError) {
                let refusal = try await client.post(result)
                succeeded(jobID)
                if refusal == nil { await taken(result) }
                return refusal
            } catch {
                guard error.code != .forbidden else {
                    forbidden(error, jobID: jobID)
                    throw error
                }
                // Whatever else it says of these results, the job is open.
                if !error.isRetriable, error.status != nil, error.code != .authentication { reopen(jobID) }
                guard error.code.isUsuallyRetriable || error.code == .authentication || error.code == .redirected else {
                    throw error
                }
                let asked = error.retryAfter ?? .zero
                guard error.isRetriable, attempt < settings.quickAttempts, asked <= settings.longestQuickDelay else {
                    failed(error)
                    throw error
                }
                let delay = state.withLock { state in
                    asked + state.delay(settings.quick, failures: attempt)
                }
                attempt += 1
                do {
                    try await sleep(for: delay)
                } catch {
                    throw AntennaError(.cancelled, operation: "result.post", message: "cancelled while waiting")
                }
            }
        }
    }

    private func succeeded(_ jobID: Int) {
        let wasAway = state.withLock { state in
            state.misses = 0
            state.returns = 0
            defer { state.awayUntil = nil }
            return state.awayUntil != nil
        }
        if wasAway { logger.notice("Results can be posted again") }
        reopen(jobID)
    }

    private func taken(_ result: OutgoingResult) async {
        statistics.posted.add()
        monitor?.posted(result)
        await memory?.insert(result)
    }

    /// The server has answered another call after a failure: what waits is tried at once, or soon when that did not help before.
    func serverReturned() {
        let now = clock.now
        let isSooner = state.withLock { state in
            guard let awayUntil = state.awayUntil, state.endsWithSuccess else { return false }
            let delay = state.returns == 0 ? .zero : state.delay(settings.drain, failures: state.returns)
            state.returns += 1
            guard now + delay < awayUntil else { return false }
            state.awayUntil = now + delay
            return true
        }
        if isSooner { changed.notify() }
    }

    /// Leaves a job alone whose results we may not post; the others go on.
    private func forbidden(_ error: AntennaError, jobID: Int) {
        let now = clock.now
        let isNew = state.withLock { $0.close(jobID, now: now, settings) }
        outlookMayHaveChanged()
        logger.log(
            level: isNew ? .warning : .debug,
            "The token's user may not post this job's results; they are kept in the spool and tried now and then",
            metadata: [
                LogKey.jobID: "\(jobID)", LogKey.error: "\(error)", LogKey.neededRights: "\(AntennaRights.work)",
            ]
        )
    }

    private func reopen(_ jobID: Int) {
        guard state.withLock({ $0.closed.removeValue(forKey: jobID) }) != nil else { return }
        outlookMayHaveChanged()
        changed.notify()
    }

    /// Leaves the server alone for a while; a refused token for the longest while.
    private func failed(_ error: AntennaError) {
        let now = clock.now
        let isNew = state.withLock { state in
            let isNew = state.awayUntil == nil
            let isSlow = error.code == .authentication || error.code == .redirected
            state.misses += 1
            let delay = state.delay(isSlow ? settings.refused : settings.drain, failures: state.misses)
            state.endsWithSuccess = !isSlow && error.retryAfter == nil
            state.awayUntil = max(state.awayUntil ?? .zero, now + max(delay, error.retryAfter ?? .zero))
            return isNew
        }
        logger.log(
            level: isNew ? .warning : .debug,
            "Results cannot be posted; they go to the spool",
            metadata: [LogKey.error: "\(error)"]
        )
    }
}

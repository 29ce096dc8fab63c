import Concurrency
import Logging
import Pipeline
import Synchronization
import Telemetry

extension ResultPoster {
    /// Posts a result, with quick retries.
    ///
    /// - Parameters:
    ///   - result: The result.
    ///   - entry: Its place in the spool, where it has one.
    /// - Returns: What became of it.
    func post(_ result: OutgoingResult, of entry: Spool.EntryID? = nil) async -> PostOutcome {
        do throws(AntennaError) {
            return PostOutcome(refusal: try await postWithQuickRetries(result, of: entry))
        } catch {
            switch error.code {
            case .refused, .notFound, .methodNotAllowed:
                if let excuse = result.excuse(for: error), case .later(let failure) = await post(excuse, of: entry) {
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
    private func postWithQuickRetries(
        _ result: OutgoingResult,
        of entry: Spool.EntryID?
    ) async throws(AntennaError) -> AntennaError? {
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
                    failed(error, result, of: entry)
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
        let now = clock.now
        let isNews = state.withLock { state in
            state.misses = 0
            state.returns = 0
            state.awayUntil = nil
            state.passed = nil
            state.failing.tookOne()
            // Not at once: a server that takes every other result would be told of all the time.
            guard let toldAt = state.toldAt, now - toldAt >= CallWarnings.patience else { return false }
            state.toldAt = nil
            return true
        }
        if isNews { logger.notice("Results can be posted again") }
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

    /// Leaves the server alone for a while, a refused token for the longest while; or the result, where others are taken.
    private func failed(_ error: AntennaError, _ result: OutgoingResult, of entry: Spool.EntryID?) {
        let now = clock.now
        let isSlow = error.code == .authentication || error.code == .redirected
        let endsWithSuccess = !isSlow && error.retryAfter == nil
        if let entry, endsWithSuccess, state.withLock({ $0.leaveAlone(entry, now: now, settings) }) {
            warnings.note(
                "A result fails again and again while others are taken; it stays in the spool and is tried now and then",
                [LogKey.taskID: "\(result.taskID)", LogKey.jobID: "\(result.jobID)", LogKey.error: "\(error)"]
            )
            return
        }
        let isTold = state.withLock { state in
            state.misses += 1
            let delay = state.delay(isSlow ? settings.refused : settings.drain, failures: state.misses)
            state.endsWithSuccess = endsWithSuccess
            state.awayUntil = max(state.awayUntil ?? .zero, now + max(delay, error.retryAfter ?? .zero))
            return state.toldAt != nil
        }
        let sentence: Logger.Message = "Results cannot be posted; they go to the spool"
        guard !isTold, let count = warnings.admit(sentence.description) else {
            return logger.debug(sentence, metadata: [LogKey.error: "\(error)"])
        }
        state.withLock { $0.toldAt = now }
        logger.warning(sentence, metadata: [LogKey.count: "\(count)", LogKey.error: "\(error)"])
    }
}

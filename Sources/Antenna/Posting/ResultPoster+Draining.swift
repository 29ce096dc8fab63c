import Concurrency
import Logging
import Pipeline
import Synchronization
import Telemetry

extension ResultPoster {
    /// Posts what waits in the spool, oldest first, until ``finish()`` or cancellation.
    ///
    /// Several entries at a time while all goes well, and one at a time after a failure: the next one, each time. Once cancelled,
    /// it also gives up the results that have no place.
    package func run() async {
        await withTaskCancellationHandler {
            await postWaiting()
        } onCancel: {
            abandon()
        }
    }

    private func postWaiting() async {
        while !Task.isCancelled {
            let (arrival, change) = (spool.changed.next, changed.next)
            let now = clock.now
            let (awayUntil, isFinishing, asleep) = state.withLock {
                ($0.awayUntil, $0.isFinishing, $0.asleep(now: now))
            }
            guard !spool.oldest(1, skipping: asleep.jobs, except: asleep.entries).isEmpty else {
                if isFinishing { return }
                if spool.sendableCount > 0, let until = asleep.until {
                    await clock.pause(for: until - now, orUntil: arrival, change)
                } else {
                    await arrival.wait()
                }
                continue
            }
            if let awayUntil, awayUntil > now, !isFinishing {
                await clock.pause(for: awayUntil - now, orUntil: change)
                continue
            }
            let width = awayUntil == nil ? settings.postsInFlight : 1
            let isEverythingFine = await drainOnce(width: width, skipping: asleep.jobs, except: asleep.entries)
            if !isEverythingFine {
                if isFinishing { return }
                await pauseAfterFailure(orUntil: change)
            }
        }
    }

    /// Posts the oldest entries.
    ///
    /// - Returns: `false` when an entry has to wait longer.
    private func drainOnce(width: Int, skipping jobs: Set<Int>, except asleep: Set<Spool.EntryID>) async -> Bool {
        // For a forbidden job one result is tried, to see whether it still is.
        let closed = outlook.closedJobs
        var knocked: Set<Int> = []
        let passed = state.withLock(\.passed)
        let entries = spool.oldest(max(1, width), skipping: jobs, except: asleep, behind: passed).filter { entry in
            guard let jobID = entry.jobID, closed.contains(jobID) else { return true }
            return knocked.insert(jobID).inserted
        }
        return await withTaskGroup(of: Bool.self) { group in
            for entry in entries {
                group.addTask { await self.drain(entry) }
            }
            return await group.reduce(true) { $0 && $1 }
        }
    }

    private func drain(_ entry: Spool.EntryID) async -> Bool {
        do {
            guard let result = try await spool.read(entry) else { return true }
            let turn = try await turns.reserve(1)
            defer {
                turn.release()
                outlookMayHaveChanged()
            }
            switch await post(result, of: entry) {
            case .taken:
                // Also when cancelled meanwhile: left there, it would be posted once more by the next start.
                try await Task { try await spool.remove(entry) }.value
            case .refused(let error):
                statistics.refused.add()
                try await Task { try await spool.refuse(entry, because: error) }.value
            case .later(let error):
                let now = clock.now
                return state.withLock { state in
                    state.passed = entry
                    // A forbidden job sleeps now, or this result, and the others may be well.
                    return error.code == .forbidden || state.failing.asleep(now: now).entries.contains(entry)
                }
            }
            state.withLock { $0.failing.forget(entry) }
            return true
        } catch is CancellationError {
            return false
        } catch {
            logger.error("The spool cannot be read", metadata: [LogKey.error: "\(error)"])
            return false
        }
    }

    /// Waits until the server may be tried again, at least a moment, so that a disk that cannot be read is not hammered.
    private func pauseAfterFailure(orUntil change: WakeSignal.Change) async {
        let now = clock.now
        let (awayUntil, isFinishing) = state.withLock { ($0.awayUntil, $0.isFinishing) }
        guard !isFinishing else { return }
        let delay = max((awayUntil ?? now) - now, settings.drain.first)
        await clock.pause(for: delay, orUntil: change)
    }
}

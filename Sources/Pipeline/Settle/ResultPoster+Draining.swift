import Concurrency
import Logging
import Synchronization

extension ResultPoster {
    /// Posts what waits in the spool, oldest first, until ``finish()`` or cancellation.
    ///
    /// One entry at a time after a failure, several while all goes well.
    package func run() async {
        while !Task.isCancelled {
            let seen = (spool: spool.changed.generation, own: changed.generation)
            let now = timeline.now
            let (awayUntil, isFinishing, asleep) = state.withLock {
                ($0.awayUntil, $0.isFinishing, $0.asleep(now: now))
            }
            guard !spool.oldest(1, skipping: asleep.jobs).isEmpty else {
                if isFinishing { return }
                if spool.sendableCount > 0, let until = asleep.until {
                    await pause(for: until - now, since: seen)
                } else {
                    await spool.changed.wait(after: seen.spool)
                }
                continue
            }
            if let awayUntil, awayUntil > now, !isFinishing {
                await timeline.pause(for: awayUntil - now, orChangeOf: changed, after: seen.own)
                continue
            }
            let width = awayUntil == nil ? settings.postsInFlight : 1
            let isEverythingFine = await drainOnce(width: width, skipping: asleep.jobs)
            if !isEverythingFine {
                if isFinishing { return }
                await pauseAfterFailure(since: seen.own)
            }
        }
    }

    /// Posts the oldest entries.
    ///
    /// - Returns: `false` when an entry has to wait longer.
    private func drainOnce(width: Int, skipping asleep: Set<Int>) async -> Bool {
        // Of a job that was forbidden one result finds out whether it still is.
        let closed = closedJobs
        var knocked: Set<Int> = []
        let entries = spool.oldest(max(1, width), skipping: asleep).filter { entry in
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
            defer { turn.release() }
            switch await post(result) {
            case .taken:
                try await spool.remove(entry)
            case .refused(let error):
                state.withLock { $0.counters.refused += 1 }
                try await spool.refuse(entry, because: error)
            case .later(let error):
                // A forbidden job sleeps now, and the others may be well.
                return error.code == .forbidden
            }
            return true
        } catch is CancellationError {
            return false
        } catch {
            logger.error("The spool cannot be read", metadata: [LogKey.error: "\(error)"])
            return false
        }
    }

    /// Waits until the server may be tried again, at least a moment, so that a disk that cannot be read is not hammered.
    private func pauseAfterFailure(since seen: UInt64) async {
        let now = timeline.now
        let (awayUntil, isFinishing) = state.withLock { ($0.awayUntil, $0.isFinishing) }
        guard !isFinishing else { return }
        let delay = max((awayUntil ?? now) - now, settings.minimumDrainDelay)
        await timeline.pause(for: delay, orChangeOf: changed, after: seen)
    }

    /// Waits for a time, for something new in the spool, or for a change of ours.
    private func pause(for delay: Duration, since seen: (spool: UInt64, own: UInt64)) async {
        let (spool, changed, timeline) = (spool.changed, changed, timeline)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await spool.wait(after: seen.spool) }
            group.addTask { await timeline.pause(for: delay, orChangeOf: changed, after: seen.own) }
            await group.next()
            group.cancelAll()
        }
    }
}

import Logging
import Synchronization
import Threading

extension ResultPoster {
    /// Posts what waits in the spool, oldest first, until ``finish()`` or cancellation.
    ///
    /// One entry at a time after a failure, several while all goes well.
    package func run() async {
        while !Task.isCancelled {
            let seen = spool.changed.generation
            let now = timeline.now
            let (awayUntil, isFinishing) = state.withLock { ($0.awayUntil, $0.isFinishing) }
            if spool.sendableCount == 0 {
                if isFinishing { return }
                await spool.changed.wait(after: seen)
                continue
            }
            if let awayUntil, awayUntil > now, !isFinishing {
                await pause(for: awayUntil - now)
                continue
            }
            let isEverythingFine = await drainOnce(width: awayUntil == nil ? settings.postsInFlight : 1)
            if !isEverythingFine {
                if isFinishing { return }
                await pauseAfterFailure()
            }
        }
    }

    /// Posts the oldest entries.
    ///
    /// - Returns: `false` when an entry has to wait longer.
    private func drainOnce(width: Int) async -> Bool {
        let perPost = max(1, settings.resultsPerPost)
        let entries = spool.oldest(max(1, width) * (width > 1 ? perPost : 1))
        var batches: [[Spool.EntryID]] = []
        for entry in entries {
            if let last = batches.last, last.count < perPost, last.first?.jobID == entry.jobID {
                batches[batches.count - 1].append(entry)
            } else {
                batches.append([entry])
            }
        }
        return await withTaskGroup(of: Bool.self) { group in
            for batch in batches {
                group.addTask { await self.drain(batch) }
            }
            return await group.reduce(true) { $0 && $1 }
        }
    }

    private func drain(_ batch: [Spool.EntryID]) async -> Bool {
        do {
            var entries: [Spool.EntryID] = []
            var results: [OutgoingResult] = []
            for entry in batch {
                guard let result = try await spool.read(entry) else { continue }
                entries.append(entry)
                results.append(result)
            }
            let turn = try await turns.reserve(1)
            defer { turn.release() }
            var isEverythingFine = true
            for (entry, outcome) in zip(entries, await post(results)) {
                switch outcome {
                case .taken:
                    try await spool.remove(entry)
                case .refused(let error):
                    state.withLock { $0.counters.refused += 1 }
                    try await spool.refuse(entry, because: error)
                case .later:
                    isEverythingFine = false
                }
            }
            return isEverythingFine
        } catch is CancellationError {
            return false
        } catch {
            logger.error("The spool cannot be read", metadata: [LogKey.error: "\(error)"])
            return false
        }
    }

    /// Waits until the server may be tried again, at least a moment, so that a disk that cannot be read is not hammered.
    private func pauseAfterFailure() async {
        let now = timeline.now
        let until = state.withLock { $0.awayUntil } ?? now
        await pause(for: max(until - now, settings.minimumDrainDelay))
    }

    /// Waits; ``finish()`` and cancellation end it early.
    private func pause(for delay: Duration) async {
        let changed = self.changed
        let timeline = self.timeline
        let seen = changed.generation
        guard !state.withLock({ $0.isFinishing }) else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await changed.wait(after: seen) }
            group.addTask { try? await timeline.sleep(for: delay) }
            await group.next()
            group.cancelAll()
        }
    }
}

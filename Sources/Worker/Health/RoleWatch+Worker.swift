import Broker
import Concurrency
import Pipeline
import Relay
import Settings
import Transport

extension RoleWatch {
    /// What a worker that infers shows, wherever its tasks come from.
    ///
    /// - Parameters:
    ///   - worker: Its window.
    ///   - statistics: Its outcomes and its progress.
    ///   - imagePatience: How long getting one image may take by its own time limits.
    init(worker: Worker, statistics: WorkerStatistics, imagePatience: Duration) {
        self.init()
        let progress = statistics.progress
        work = {
            let counts = statistics.counts
            return WorkLog.Reading(done: counts.answered, failed: counts.failed, held: progress.held)
        }
        parts = [
            Part(name: "image", patience: imagePatience, read: progress.image.reading),
            Part(name: "inference", patience: .zero, read: progress.inference.reading),
            // A result that cannot be published is held for as long as it takes: no restart would bring it further.
            Part(name: "settlement", patience: nil, read: progress.settlement.reading),
        ]
        collectors = [
            {
                let counts = statistics.counts
                return [
                    MetricCatalogue.tasks.sample(counts.succeeded, "succeeded"),
                    MetricCatalogue.tasks.sample(counts.failed, "failed"),
                    MetricCatalogue.tasks.sample(counts.givenBack, "given_back"),
                    MetricCatalogue.tasks.sample(counts.unsettled, "unsettled"),
                    MetricCatalogue.insects.sample(counts.insects),
                    MetricCatalogue.damagedImages.sample(counts.damagedImages),
                    MetricCatalogue.runtimeSeconds.sample(statistics.insideRuntime / .seconds(1)),
                    MetricCatalogue.tasksInHand.sample(progress.held),
                    MetricCatalogue.tasksInHandLimit.sample(worker.tasksInHandLimit),
                ]
            }
        ]
    }

    /// What the fetch role shows.
    init(fetching statistics: WorkerStatistics, outcomes: FetchStatistics, imagePatience: Duration) {
        self.init()
        work = {
            let counts = outcomes.counts
            return WorkLog.Reading(done: counts.settled, failed: counts.failed, held: statistics.progress.held)
        }
        parts = [Part(name: "image", patience: imagePatience, read: statistics.progress.image.reading)]
        collectors = [
            {
                let counts = outcomes.counts
                return [
                    MetricCatalogue.preparedTasks.sample(counts.prepared, "prepared"),
                    MetricCatalogue.preparedTasks.sample(counts.passedWithoutPixels, "passed_without_pixels"),
                    MetricCatalogue.preparedTasks.sample(counts.failed, "failed"),
                    MetricCatalogue.damagedImages.sample(statistics.counts.damagedImages),
                ]
            }
        ]
    }

    /// What a relay shows.
    init(relay: Relay) {
        self.init()
        work = {
            let counters = relay.counters
            return WorkLog.Reading(done: counters.posted, failed: counters.refused, held: relay.outstanding)
        }
        collectors = [
            {
                let counters = relay.counters
                return [
                    MetricCatalogue.relayPublished.sample(counters.published),
                    MetricCatalogue.relayResults.sample(counters.posted, "posted"),
                    MetricCatalogue.relayResults.sample(counters.duplicates, "duplicate"),
                    MetricCatalogue.relayResults.sample(counters.refused, "refused"),
                    MetricCatalogue.relayExpired.sample(counters.expired),
                    MetricCatalogue.relayOutstanding.sample(relay.outstanding),
                ]
            }
        ]
    }
}

extension WorkProgress.Part {
    fileprivate var reading: @Sendable () -> StallWatch.Reading {
        { StallWatch.Reading(held: self.held, passed: self.passed) }
    }
}

extension GroupValues<ImageSettings> {
    /// How often and how soon a download that failed is tried again.
    var retryPolicy: RetryPolicy { RetryPolicy(maximumAttempts: self.retries + 1) }

    /// The longest that getting one image can take while everything works: every attempt up to its limit, and the waits in between.
    var longestFetch: Duration { self.totalTimeout * (self.retries + 1) + retryPolicy.longestWait * self.retries }
}

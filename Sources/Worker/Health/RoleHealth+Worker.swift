import Broker
import Concurrency
import Pipeline
import Relay
import Settings
import Telemetry
import Transport

extension RoleHealth {
    /// The health of a worker that infers, wherever its tasks come from.
    ///
    /// - Parameters:
    ///   - worker: Its window.
    ///   - statistics: Its outcomes and its progress.
    ///   - imagePatience: How long getting one image may take by its own time limits.
    init(worker: Worker, statistics: WorkerStatistics, imagePatience: Duration) {
        self.init()
        let progress = statistics.progress
        work = {
            WorkLog.Reading(done: statistics.answered, failed: statistics.failed.value, held: progress.held)
        }
        parts = [
            Part(name: "image", patience: imagePatience, read: progress.image.reading),
            Part(name: "inference", patience: .zero, read: progress.inference.reading),
            // A result that cannot be published is held for as long as it takes: no restart would bring it further.
            Part(name: "settlement", patience: nil, read: progress.settlement.reading),
        ]
        collectors = [
            {
                [
                    WorkMetrics.tasksInHand.sample(progress.held),
                    WorkMetrics.tasksInHandLimit.sample(worker.tasksInHandLimit),
                ]
            }
        ]
    }

    /// The health of the fetch role.
    init(fetching images: ImageStatistics, outcomes: FetchStatistics, imagePatience: Duration) {
        self.init()
        work = {
            WorkLog.Reading(done: outcomes.settled, failed: outcomes.failed.value, held: images.progress.held)
        }
        parts = [Part(name: "image", patience: imagePatience, read: images.progress.image.reading)]
    }

    /// The health of a relay.
    init(relay: Relay) {
        self.init()
        work = {
            let statistics = relay.statistics
            return WorkLog.Reading(
                done: statistics.posted.value,
                failed: statistics.refused.value,
                held: relay.outstanding
            )
        }
        collectors = [{ [RelayMetrics.outstanding.sample(relay.outstanding)] }]
    }
}

extension WorkProgress.Part {
    fileprivate var reading: @Sendable () -> StallDetector.Reading {
        { StallDetector.Reading(held: self.held, passed: self.passed) }
    }
}

extension GroupValues<ImageSettings> {
    /// How often and how soon a download that failed is tried again.
    var retryPolicy: RetryPolicy { RetryPolicy(maximumAttempts: self.retries + 1) }

    /// The longest that getting one image can take while everything works: every attempt up to its limit, and the waits in between.
    var longestFetch: Duration { self.totalTimeout * (self.retries + 1) + retryPolicy.longestWait * self.retries }
}

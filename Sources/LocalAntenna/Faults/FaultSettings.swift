/// The faults made on purpose, and how often each comes.
package struct FaultSettings: Sendable, Equatable {
    /// The share of API calls that are answered 500, 503 or 429 without being looked at, 0…1.
    package var failRate = 0.0
    /// How many calls in a row fail once one does.
    package var failBurst = 1
    /// What `Retry-After` says with 429 and 503, in whole seconds.
    package var retryAfterSeconds = 1
    /// How long every answer is held back, image host included.
    package var latency = Duration.zero
    /// The share of posted results that are taken in although the client gets no good answer, 0…1.
    package var lostPostRate = 0.0
    /// How long after its 200 a result is saved; its lease goes on meanwhile.
    package var saveLag = Duration.zero
    /// Whether `incomplete_only` leaves out jobs of which more than half of the images have failed, although they have tasks left.
    package var hidesFailingJobs = false
    /// How long `tasks/` takes; what a client that has gone by then reserved is nobody's.
    package var tasksDelay = Duration.zero
    /// Whether `tasks/` ends in 503: the queue behind it is away.
    package var isQueueAway = false
    /// The share of images that are held back by `slowImageDelay`, 0…1.
    package var slowImageRate = 0.0
    /// How long a slow image is held back.
    package var slowImageDelay = Duration.seconds(2)

    /// Nothing goes wrong.
    package init() {}
}

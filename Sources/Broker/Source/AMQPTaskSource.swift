package import Concurrency
package import Logging
package import Pipeline
import Synchronization
package import Transport

/// Takes tasks from RabbitMQ and settles what it hands out: publish, confirm, then acknowledge.
///
/// ``run()`` consumes; ``next()`` hands out leases to a worker, ``nextDelivery()`` deliveries to whoever passes tasks on. Two connections,
/// because an alarm of the broker stops those that publish. What is in hand is bounded by the prefetch of each queue.
package final class AMQPTaskSource: TaskSource {
    let settings: AMQPSourceSettings
    let consuming: AMQPConnection
    let publishing: AMQPConnection
    let settler: AMQPTaskSettler
    let untried: UncountedRequeue
    let obstacle: @Sendable (_ queue: TaskQueueName, _ outstanding: Int) -> String?
    let pauseSwitch: PauseSwitch
    let subscriptions: [AMQPSubscription]
    /// For each queue further consumers, which begin while results of it are held.
    let reserves: [[AMQPSubscription]]
    let clock: WaitClock
    let logger: Logger
    let holds: Mutex<[TaskQueueName: QueuePausePolicy]>
    let oldAgeWarnings: ThrottledLog
    let inHand = AsyncQueue<AMQPTaskDelivery, Never>()
    /// Given when the consumers may have to be stopped or started.
    let steering = WakeSignal()
    private let draining = Atomic(false)
    let refusals = Mutex<[TaskQueueName: String]>([:])

    /// Makes a source that begins with ``run()`` and closes its connections at the end.
    ///
    /// - Parameters:
    ///   - settings: Which queues, and how.
    ///   - consuming: Consumes and acknowledges.
    ///   - publishing: Publishes; another connection than `consuming`.
    ///   - confirmed: Remembers whose result is out.
    ///   - obstacle: What keeps a queue's deliveries from being handed out now, in a sentence, while so many of it are handed out and not
    ///     settled; nil lets one more through. Asked again and again while there is one.
    ///   - pauseSwitch: Whether the queues are consumed.
    ///   - clock: What is waited by.
    ///   - generator: Where the jitter comes from.
    ///   - logger: Where events are reported.
    package init(
        settings: AMQPSourceSettings,
        consuming: AMQPConnection,
        publishing: AMQPConnection,
        confirmed: any ConfirmedResultStore = MemoryConfirmedResultStore(),
        obstacle: @escaping @Sendable (_ queue: TaskQueueName, _ outstanding: Int) -> String? = { _, _ in nil },
        pauseSwitch: PauseSwitch = PauseSwitch(),
        clock: WaitClock = WaitClock(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        logger: Logger
    ) {
        self.settings = settings
        self.consuming = consuming
        self.publishing = publishing
        self.obstacle = obstacle
        self.pauseSwitch = pauseSwitch
        self.clock = clock
        self.logger = logger
        oldAgeWarnings = ThrottledLog(logger, clock: clock, interval: .seconds(300))
        holds = Mutex(Dictionary(settings.queues.map { ($0, QueuePausePolicy()) }) { first, _ in first })
        let publisher = ConfirmedPublisher(
            connection: publishing,
            backoff: settings.backoff,
            drainPatience: settings.drainPatience,
            clock: clock,
            generator: generator,
            logger: logger
        )
        self.settler = AMQPTaskSettler(
            publisher: publisher,
            acknowledger: consuming,
            confirmed: confirmed,
            resultsExchange: settings.resultsExchange,
            unroutablePatience: settings.unroutablePatience,
            logger: logger
        )
        let untried = UncountedRequeue(
            publisher: publishing,
            acknowledger: consuming,
            canPublish: { publishing.takesPublishes },
            given: settler.statistics.givenBack,
            clock: clock,
            logger: logger
        )
        self.untried = untried
        func subscription(
            to queue: TaskQueueName,
            prefetch: Int,
            declarations: [AMQPDeclaration],
            mayBeMissing: Bool = false
        ) -> AMQPSubscription {
            AMQPSubscription(
                connection: consuming,
                queue: "\(queue)",
                prefetch: prefetch,
                declarations: declarations,
                mayBeMissing: mayBeMissing,
                backoff: settings.backoff,
                clock: clock,
                generator: generator,
                giveBack: { await untried.giveBack($0, to: queue) },
                logger: logger
            )
        }
        subscriptions = settings.queues.map { queue in
            subscription(
                to: queue,
                prefetch: settings.prefetch(of: queue),
                declarations: settings.declarations(for: queue),
                mayBeMissing: queue.lane == .interactive
            )
        }
        reserves = settings.queues.map { queue in
            UnroutableResults.reserves.map { subscription(to: queue, prefetch: $0.prefetch, declarations: []) }
        }
        pauseSwitch.observe { [weak steering] in steering?.notify() }
    }

    /// Counts of deliveries so far, by outcome.
    package var statistics: DeliveryStatistics { settler.statistics }

    /// Deliveries in hand: waiting to be taken, or taken and not settled.
    package var outstanding: Int { settler.outstanding }

    /// Whether the broker is there, now and at every change.
    package func brokerPresence() -> some AsyncSequence<Bool, Never> & Sendable {
        consuming.states().map(\.isLoggedIn)
    }

    /// Whether tasks can come and results can go: both connections are there and the broker takes publishes.
    package var isReady: Bool {
        if case .connected = consuming.state, case .connected = publishing.state { true } else { false }
    }

    /// Results that no queue takes, with their tasks held.
    package var held: Int { settler.held }

    /// Why results and dead letters do not go out, in a sentence; nil when there is no obstacle.
    package var resultProblem: String? { settler.problem }

    package func next(in lane: Lane?) async -> Lease? {
        guard let delivery = await nextDelivery(in: lane) else { return nil }
        return Lease(
            task: delivery.message.task,
            takenAt: delivery.takenAt,
            deadline: nil,
            settler: delivery,
            logger: logger
        )
    }

    /// The next task, first in, first out in each lane.
    ///
    /// Deliveries that the broker took back before they were begun are passed over.
    ///
    /// - Parameter lane: Takes tasks of this lane only; nil takes the interactive ones first.
    /// - Returns: The task; nil once drained, and when the calling task is cancelled.
    package func nextDelivery(in lane: Lane? = nil) async -> AMQPTaskDelivery? {
        while let task = await inHand.next(in: lane) {
            guard task.isGone else { return task }
            await task.returnUntried(by: untried)
        }
        return nil
    }

    /// Takes no more tasks, and gives back those that nobody has taken.
    ///
    /// Settlements go on; what cannot be published within the drain's patience is given back.
    package func drain() {
        guard !draining.exchange(true, ordering: .acquiringAndReleasing) else { return }
        settler.publisher.drain()
        steering.notify()
        settler.settled.notify()
    }

    /// Gives up results that wait for the broker, so that whoever holds their tasks is free for others.
    ///
    /// Their tasks are given back, or redelivered where the connection is gone.
    package func abandonUnpublished() {
        settler.publisher.abandon()
    }

    var isDraining: Bool { draining.load(ordering: .acquiring) }
}

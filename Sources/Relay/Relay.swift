package import Antenna
package import Broker
package import Concurrency
package import Logging
package import Pipeline
import ServiceLifecycle
import Synchronization
import Telemetry
package import Transport

/// Puts Antenna's tasks into RabbitMQ and posts the results that come back, so that a fleet serves an Antenna of today.
///
/// The tasks are reserved as a worker on REST does it, by what was finished a second; a lease ends when the task's result was posted
/// by this relay or another. Results wait in the broker, not here: one is acknowledged after Antenna's 2xx. Any number may run.
package final class Relay: Service {
    /// The counts so far.
    package let statistics = RelayStatistics()

    struct State {
        var ledger = RelayLedger()
        var isDraining = false
        var generator: any RandomNumberGenerator & Sendable
    }

    let settings: RelaySettings
    let client: AntennaClient
    let posted: any ConfirmedResultStore
    let postsUnderWay = KeyedLocks<ResultKey>()
    let seal: RelaySeal
    let consuming: AMQPConnection
    let publishing: AMQPConnection
    let publisher: ConfirmedPublisher
    let clock: WaitClock
    let logger: Logger
    let warnings: ThrottledLog
    let draining = WakeSignal()
    let state: Mutex<State>
    private let source: RESTTaskSource

    /// Puts a relay together; it closes the connections at its end.
    ///
    /// - Parameters:
    ///   - settings: Which pipelines, and how.
    ///   - antenna: How tasks are reserved; its pipelines are replaced by the relay's.
    ///   - client: Speaks Antenna's API.
    ///   - consuming: Consumes results.
    ///   - publishing: Publishes tasks; another connection than `consuming`.
    ///   - posted: Remembers which results were posted.
    ///   - pauseSwitch: Whether tasks are reserved.
    ///   - clock: What is waited by.
    ///   - generator: Where the jitter comes from.
    ///   - logger: Where events are reported.
    package init(
        settings: RelaySettings,
        antenna: RESTSourceSettings,
        client: AntennaClient,
        consuming: AMQPConnection,
        publishing: AMQPConnection,
        posted: any ConfirmedResultStore = MemoryConfirmedResultStore(),
        pauseSwitch: PauseSwitch = PauseSwitch(),
        clock: WaitClock = WaitClock(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        logger: Logger
    ) {
        self.settings = settings
        self.client = client
        self.posted = posted
        seal = RelaySeal(token: antenna.authToken)
        self.consuming = consuming
        self.publishing = publishing
        self.clock = clock
        self.logger = logger
        self.warnings = ThrottledLog(logger, clock: clock)
        self.state = Mutex(State(generator: generator))
        self.publisher = ConfirmedPublisher(
            connection: publishing,
            backoff: settings.backoff,
            drainPatience: .seconds(2),
            clock: clock,
            generator: generator,
            logger: logger
        )
        var antenna = antenna
        antenna.pipelines = settings.pipelines
        self.source = RESTTaskSource(
            settings: antenna,
            client: client,
            poster: PostedElsewhere(publishing: publishing),
            pauseSwitch: pauseSwitch,
            clock: clock,
            generator: generator,
            logger: logger
        )
    }

    /// Why tasks of some jobs are not taken whose results would be dropped; nil when there are none.
    package var registrationProblem: String? { source.registrationProblem }

    /// Tasks in the queues whose answer this relay waits for.
    package var outstanding: Int { state.withLock { $0.ledger.count } }

    /// Relays until drained by a graceful shutdown or cancelled.
    ///
    /// Tasks in the queues stay there; their results are posted by other relays, or by the next one.
    ///
    /// - Throws: What no retry can fix, such as a token that Antenna refuses at the start.
    package func run() async throws {
        let outcome: Result<Void, any Error>
        do {
            try await withGracefulShutdownHandler {
                try await runServices()
            } onGracefulShutdown: {
                self.drain()
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        // A task of its own, because nothing waits in one that is cancelled.
        await Task { await self.end() }.value
        try outcome.get()
    }

    private func runServices() async throws {
        let (results, notices) = (makeResultsSubscription(), makeNoticesSubscription())
        try await withThrowingTaskGroup(of: Void.self) { services in
            services.addTask { try await self.source.run() }
            services.addTask { await self.publishTasks() }
            services.addTask { await self.postResults(from: results) }
            services.addTask { await notices.run { await self.heed($0) } }
            services.addTask { await self.endLeases() }
            services.addTask {
                await self.waitForDrain()
                await results.stop()
                await notices.stop()
                await self.consuming.closeIfAway()
            }
            try await services.waitForAll()
        }
    }

    /// Reserves no more, publishes no more and posts no more; ``run()`` returns soon.
    package func drain() {
        state.withLock { $0.isDraining = true }
        source.drain()
        publisher.drain()
        draining.notify()
    }

    var isDraining: Bool { state.withLock(\.isDraining) }

    private func waitForDrain() async {
        await draining.wait { isDraining }
    }

    private func publishTasks() async {
        let places = Budget(limit: settings.publishesInFlight)
        await withDiscardingTaskGroup { tasks in
            while let lease = await source.next() {
                do {
                    let place = try await places.reserve(1)
                    tasks.addTask {
                        await self.publish(lease)
                        place.release()
                    }
                } catch {
                    await settle(lease, .retry(reason: "the relay is stopping"))
                }
            }
        }
    }

    private func publish(_ lease: Lease) async {
        let task = lease.task
        let ticket = RelayTicket(relay: settings.id, jobID: task.jobID ?? 0, replySubject: task.replySubject)
        guard seal.fits(ticket, of: task.id) else {
            await refuse(lease, because: "The reply subject is too long to be relayed", ticket)
            return
        }
        var relayed = task
        relayed.replySubject = AMQPTopology.relayResultsQueue
        let message = TaskMessage.encode(
            relayed,
            replyTo: AMQPTopology.relayResultsQueue,
            correlationID: seal.seal(ticket, of: task.id)
        )
        guard message.body.count <= TaskMessage.largestBody else {
            await refuse(lease, because: "The task's detections are too long to be relayed", ticket)
            return
        }
        // Before it is published: its result may be back before the confirm.
        if let replaced = state.withLock({ $0.ledger.insert(lease) }) {
            await settle(replaced, .retry(reason: "delivered again"))
        }
        do throws(TransportError) {
            let queue = TaskQueueName(.tasks, pipeline: task.pipeline, lane: task.lane)
            try await publisher.publish(message, exchange: "", routingKey: "\(queue)")
            statistics.published.add()
        } catch {
            guard let unpublished = state.withLock({ $0.ledger.take(TaskKey(task)) }) else { return }
            if error.code == .tooLarge {
                // It would come again as it is.
                await refuse(unpublished, because: "The task is too large to be relayed: \(error.message)", ticket)
            } else {
                await settle(unpublished, .retry(reason: error.description))
            }
        }
    }

    private func end() async {
        for lease in state.withLock({ $0.ledger.takeAll() }) {
            await settle(lease, .retry(reason: "the relay is stopping"))
        }
        await publishing.close()
        await consuming.close()
    }
}

/// Stands where a worker's poster stands: the relay has posted the result before it settles the lease.
private struct PostedElsewhere: ResultPosting {
    let publishing: AMQPConnection

    /// Reserving goes on only while tasks can be published.
    func observeOutlook(_ observer: @escaping @Sendable (PostingOutlook) -> Void) {
        Task { [states = publishing.states()] in
            for await state in states {
                let isConnected = if case .connected = state { true } else { false }
                observer(PostingOutlook(isBackedUp: !isConnected))
            }
        }
    }

    func holds(_ key: TaskKey) -> Bool { false }

    func deliver(_ result: OutgoingResult) async throws {}
}

package import Concurrency
package import Logging
import Synchronization
import Telemetry

/// Takes tasks from the broker, and over REST while the broker is away (`--source auto`).
///
/// The broker's source runs all the time and has nothing to give while the broker is away. REST is begun after some patience and
/// drained when the broker is back; both hand out side by side until then. Tasks in hand when the broker went are redelivered by it.
package final class FallbackTaskSource: TaskSource {
    private enum Event: Sendable {
        case broker(isThere: Bool)
        case timePassed
        case fallbackEnded
        case handedAll
        case drained
        case brokerSourceEnded
    }

    private struct Offer: Sendable {
        let lease: Lease
        let place: Budget.Reservation
    }

    private struct State {
        var fallback: (any TaskSource)?
        var isDraining = false
    }

    private let broker: any TaskSource
    private let presence: any AsyncSequence<Bool, Never> & Sendable
    private let abandon: @Sendable () -> Void
    private let makeFallback: @Sendable () -> any TaskSource
    private let patience: Duration
    private let clock: WaitClock
    private let logger: Logger
    private let events = AsyncQueue<Event, Never>()
    private let offers = AsyncQueue<Offer, Never>()
    private let state = Mutex(State())

    /// Makes a source that begins with ``run()``.
    ///
    /// - Parameters:
    ///   - broker: Takes tasks from the broker.
    ///   - presence: Whether the broker is there, now and at every change.
    ///   - abandon: Gives up results that wait for the broker, so that REST's tasks find room.
    ///   - makeFallback: Makes a source that takes tasks over REST; asked anew every time.
    ///   - patience: How long the broker may be away before REST is begun.
    ///   - clock: What is waited by.
    ///   - logger: Hears of every change.
    package init(
        broker: any TaskSource,
        presence: any AsyncSequence<Bool, Never> & Sendable,
        abandon: @escaping @Sendable () -> Void,
        makeFallback: @escaping @Sendable () -> any TaskSource,
        patience: Duration,
        clock: WaitClock = WaitClock(),
        logger: Logger
    ) {
        self.broker = broker
        self.presence = presence
        self.abandon = abandon
        self.makeFallback = makeFallback
        self.patience = patience
        self.clock = clock
        self.logger = logger
    }

    /// Whether tasks are taken over REST now.
    package var isOnFallback: Bool { state.withLock { $0.fallback != nil } }

    package func next(in lane: Lane?) async -> Lease? {
        guard let offer = await offers.next(in: lane) else { return nil }
        offer.place.release()
        return offer.lease
    }

    package func drain() {
        let fallback = state.withLock { state in
            state.isDraining = true
            return state.fallback
        }
        broker.drain()
        fallback?.drain()
        events.push(.drained)
    }

    package func run() async throws {
        defer { offers.finish() }
        try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { self.events.push(.brokerSourceEnded) }
                    try await self.broker.run()
                }
                group.addTask { await self.handOver(from: self.broker) }
                group.addTask { await self.watchBroker() }
                await supervise(&group)
                group.cancelAll()
                try await group.waitForAll()
            }
        } onCancel: {
            // The sources wait for every lease, also for those that nobody will take now.
            let offered = offers.finishAndTakeAll()
            Task {
                for offer in offered { await self.giveBack(offer.lease) }
            }
        }
    }

    /// Carries out what the state machine decides, until both sources have ended.
    private func supervise(_ group: inout ThrowingTaskGroup<Void, any Error>) async {
        var machine = FallbackState(patience: patience, now: clock.now)
        var handing = 1
        var isFallbackRunning = false
        var hasBrokerSourceEnded = false
        perform(machine.firstLook, &group)
        while let event = await events.next() {
            switch event {
            case .broker(let isThere):
                perform(machine.broker(isThere: isThere, now: clock.now), &group)
            case .timePassed:
                let action = machine.timePassed(now: clock.now)
                if action == .startFallback {
                    handing += 1
                    isFallbackRunning = true
                }
                perform(action, &group)
            case .fallbackEnded:
                isFallbackRunning = false
                perform(machine.fallbackEnded(now: clock.now), &group)
            case .handedAll:
                handing -= 1
            case .drained:
                perform(machine.drain(), &group)
            case .brokerSourceEnded:
                hasBrokerSourceEnded = true
                perform(machine.drain(), &group)
            }
            if handing == 0 { offers.finish() }
            if hasBrokerSourceEnded, !isFallbackRunning { return }
        }
    }

    private func perform(_ action: FallbackState.Action, _ group: inout ThrowingTaskGroup<Void, any Error>) {
        switch action {
        case .none:
            return
        case .look(let time):
            group.addTask {
                // Cut short only when everything ends, and then nobody reads the event.
                try? await self.clock.sleep(for: max(.zero, time - self.clock.now))
                self.events.push(.timePassed)
            }
        case .startFallback:
            logger.notice("RabbitMQ is away; taking tasks over REST")
            abandon()
            let fallback = makeFallback()
            let isDraining = state.withLock { state in
                state.fallback = fallback
                return state.isDraining
            }
            if isDraining { fallback.drain() }
            group.addTask { await self.handOver(from: fallback) }
            group.addTask { await self.runFallback(fallback) }
        case .drainFallback:
            let isStopping = state.withLock(\.isDraining)
            logger.notice(
                isStopping ? "Taking no more tasks over REST" : "RabbitMQ is back; taking no more tasks over REST"
            )
            state.withLock(\.fallback)?.drain()
        }
    }

    private func runFallback(_ fallback: any TaskSource) async {
        do {
            try await fallback.run()
        } catch {
            logger.error("Taking tasks over REST failed", metadata: [LogKey.error: "\(error)"])
        }
        state.withLock { $0.fallback = nil }
        events.push(.fallbackEnded)
    }

    /// Offers a source's leases, in each lane one ahead of whoever takes them.
    private func handOver(from source: any TaskSource) async {
        await withDiscardingTaskGroup { group in
            for lane in Lane.allCases {
                group.addTask { await self.handOver(lane, from: source) }
            }
        }
        events.push(.handedAll)
    }

    private func handOver(_ lane: Lane, from source: any TaskSource) async {
        let places = Budget(limit: 1)
        while let place = await self.place(in: places), let lease = await source.next(in: lane) {
            if !offers.push(Offer(lease: lease, place: place), in: lane) { await giveBack(lease) }
        }
    }

    private func giveBack(_ lease: Lease) async {
        do {
            try await lease.settle(.retry(reason: "the worker is stopping"))
        } catch {
            logger.warning("A task could not be given back", metadata: [LogKey.error: "\(error)"])
        }
    }

    private func place(in places: Budget) async -> Budget.Reservation? {
        do {
            return try await places.reserve(1)
        } catch {
            // Cancelled: nothing more is taken.
            return nil
        }
    }

    private func watchBroker() async {
        for await isThere in presence {
            events.push(.broker(isThere: isThere))
        }
    }
}

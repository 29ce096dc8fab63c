import Concurrency
import Dispatch
import TestSupport
import Testing

@testable import Broker
@testable import Transport

@Suite("A subscription whose broker is away", .timeLimit(.minutes(5)))
struct AMQPSubscriptionTests {
    private let clock = TestClock()
    private let log = CapturedLog()

    private func subscription(on connection: AMQPConnection) -> AMQPSubscription {
        AMQPSubscription(
            connection: connection,
            queue: "antenna.tasks.moths",
            prefetch: 1,
            declarations: [],
            backoff: Backoff(first: .seconds(1), most: .seconds(1)),
            clock: WaitClock(clock),
            logger: log.logger
        )
    }

    /// Nobody listens at its address.
    private func withConnection(_ body: (AMQPConnection) async throws -> Void) async throws {
        let port = try LoopbackPort.free(1)[0]
        let connection = try AMQPConnection(
            configuration: try AMQPConfiguration(url: "amqp://127.0.0.1:\(port)"),
            logger: log.logger
        )
        try await body(connection)
        await connection.close()
    }

    @Test("One that is paused ends when it is stopped, however the stop falls together with the start")
    func stopsWhilePaused() async throws {
        try await withConnection { connection in
            await withTaskExecutorPreference(OwnThreads()) {
                for _ in 0..<100_000 {
                    let subscription = subscription(on: connection)
                    await subscription.set(paused: true)
                    await withDiscardingTaskGroup { group in
                        group.addTask { await subscription.run { _ in } }
                        group.addTask { await subscription.stop() }
                    }
                }
            }
        }
    }

    @Test("Cancelled while it is paused it ends")
    func cancelledWhilePaused() async throws {
        try await withConnection { connection in
            let subscription = subscription(on: connection)
            await subscription.set(paused: true)
            let running = Task { await subscription.run { _ in } }
            running.cancel()
            await running.value
        }
    }

    @Test("That there is no consumer is a problem only after a while, and none while it is paused")
    func problem() async throws {
        try await withConnection { connection in
            let subscription = subscription(on: connection)
            clock.advance(by: .seconds(9))
            #expect(subscription.problem == nil)
            clock.advance(by: .seconds(1))
            #expect(subscription.problem == "antenna.tasks.moths cannot be consumed: not begun yet")
            await subscription.set(paused: true)
            #expect(subscription.problem == nil)
            clock.advance(by: .seconds(60))
            await subscription.set(paused: false)
            #expect(subscription.problem == nil, "the time of a pause does not count")
            clock.advance(by: .seconds(10))
            #expect(subscription.problem != nil)
            await subscription.stop()
            #expect(subscription.problem == nil)
        }
    }
}

/// Threads of a test's own: in the pool that it shares with all others, each of a hundred thousand rounds would wait for its turn.
private final class OwnThreads: TaskExecutor {
    private let queue = DispatchQueue(label: "own-threads", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

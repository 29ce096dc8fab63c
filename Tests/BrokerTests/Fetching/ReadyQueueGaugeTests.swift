import Concurrency
import Logging
import TestSupport
import Testing
import Transport

@testable import Broker

@Suite("How full a ready queue is")
struct ReadyQueueGaugeTests {
    private let queue = TaskQueueName(.tasks, pipeline: "moths")

    /// A gauge that never asks a broker: what it is told is enough.
    private func gauge(limit: Int) throws -> ReadyQueueGauge {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return ReadyQueueGauge(
            connection: try AMQPConnection(
                configuration: AMQPConfiguration(url: "amqp://guest:guest@127.0.0.1:9/"),
                logger: logger
            ),
            pipelines: ["moths"],
            limit: limit,
            clock: WaitClock(TestClock()),
            logger: logger
        )
    }

    @Test("What was passed on counts from its confirm, and not twice once the broker has counted it")
    func passed() throws {
        let gauge = try gauge(limit: 8)
        for _ in 0..<7 { gauge.passed(to: queue.ready) }
        #expect(gauge.obstacle(to: queue, underWay: 0) == nil)
        gauge.passed(to: queue.ready)
        #expect(gauge.obstacle(to: queue, underWay: 0)?.contains("antenna.ready.moths is full") == true)
        // Two were taken; of the eight that were passed on before the look none is counted again.
        gauge.note(6, of: queue.ready, passedBefore: 8)
        #expect(gauge.obstacle(to: queue, underWay: 0) == nil)
        gauge.passed(to: queue.ready)
        #expect(gauge.obstacle(to: queue, underWay: 0) == nil)
        #expect(gauge.obstacle(to: queue, underWay: 1) != nil, "what is being fetched will be there, too")
    }

    @Test("A queue at its limit does not flap, and another pipeline's is its own")
    func hysteresis() throws {
        let gauge = try gauge(limit: 10)
        gauge.note(10, of: queue.ready, passedBefore: 0)
        #expect(gauge.obstacle(to: queue, underWay: 0) != nil)
        #expect(gauge.obstacle(to: TaskQueueName(.tasks, pipeline: "bees"), underWay: 9) == nil)
        gauge.note(8, of: queue.ready, passedBefore: 0)
        #expect(gauge.obstacle(to: queue, underWay: 0) != nil)
        gauge.note(7, of: queue.ready, passedBefore: 0)
        #expect(gauge.obstacle(to: queue, underWay: 0) == nil)
        gauge.note(8, of: queue.ready, passedBefore: 0)
        #expect(gauge.obstacle(to: queue, underWay: 0) == nil)
    }

    @Test("A limit of one lets one through, and the next once that is taken")
    func one() throws {
        let gauge = try gauge(limit: 0)
        #expect(gauge.obstacle(to: queue, underWay: 0) == nil)
        gauge.note(1, of: queue.ready, passedBefore: 0)
        #expect(gauge.obstacle(to: queue, underWay: 0) != nil)
        gauge.note(-5, of: queue.ready, passedBefore: 0)
        #expect(gauge.obstacle(to: queue, underWay: 0) == nil)
    }

    @Test("A full ready queue holds up nothing that somebody waits for: that goes to another")
    func lanes() throws {
        let gauge = try gauge(limit: 2)
        let interactive = TaskQueueName(.tasks, pipeline: "moths", lane: .interactive)
        gauge.note(2, of: queue.ready, passedBefore: 0)
        #expect(gauge.obstacle(to: queue, underWay: 0) != nil)
        #expect(gauge.obstacle(to: interactive, underWay: 1) == nil)
        gauge.passed(to: interactive.ready)
        #expect(gauge.obstacle(to: interactive, underWay: 1)?.contains("antenna.ready.moths.interactive") == true)
    }
}

import Concurrency
import Logging
import Telemetry
import TestSupport
import Testing

@testable import Broker
@testable import Transport

@Suite("Publishing until it is confirmed", .timeLimit(.minutes(5)))
struct ConfirmedPublisherTests {
    private let clock = JumpingClock()

    private func publisher(_ broker: AMQPFakeBroker) -> ConfirmedPublisher {
        ConfirmedPublisher(
            connection: broker,
            backoff: Backoff(first: .seconds(1), most: .seconds(10), jitter: 1...1),
            drainPatience: .seconds(7),
            clock: WaitClock(clock),
            generator: SeededGenerator(seed: 1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test("The waits between attempts grow up to their limit")
    func waits() async throws {
        let broker = AMQPFakeBroker(Array(repeating: .failure(.nacked), count: 6))
        try await publisher(broker).publish(.task("1"), exchange: "", routingKey: "answers")
        #expect(broker.published.count == 1)
        #expect(clock.now.offset == .seconds(35), "1 + 2 + 4 + 8 + 10 + 10")
    }

    @Test("An attempt that is begun after the drain has no more time than those before it")
    func drained() async {
        let broker = AMQPFakeBroker()
        broker.block()
        let publisher = publisher(broker)
        publisher.drain()
        let error = await #expect(throws: TransportError.self) {
            try await publisher.publish(.task("1"), exchange: "", routingKey: "answers")
        }
        #expect(error?.code == .cancelled && clock.now.offset == .seconds(7) && publisher.underWay == 0)
    }
}

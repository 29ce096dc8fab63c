import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("explain, asked of a broker", .serialized, .timeLimit(.minutes(5)))
    struct ExplainQueueTests {
        private func explain(_ fixture: BrokerFixture) async throws -> (status: Int32, said: String) {
            try await RunningProgram(
                ["explain", "--source", "amqp", "--pipeline", fixture.pipeline, "--models", PackagePaths.models],
                environment: ["ANTENNA_WORKER_AMQP_URL": fixture.url]
            ).end()
        }

        @Test("tasks that nobody takes hold things up, dead letters are told of, and nothing is taken out")
        func queues() async throws {
            let fixture = try await BrokerFixture()
            #expect(try await explain(fixture).said.contains("\(fixture.tasks): no task waits; 0 consumers"))
            try await fixture.enqueue(0..<3)
            try await fixture.enqueue(3..<5, into: fixture.dead)
            let answer = try await explain(fixture)
            #expect(
                answer.status == 1 && answer.said.contains("\(fixture.tasks): 3 wait, and nobody takes them"),
                "\(answer.said)"
            )
            #expect(answer.said.contains("\(fixture.dead): 2 tasks came to no result"))
            #expect(!answer.said.contains("Publishing"))
            #expect(try await fixture.observer.status(ofQueue: "\(fixture.tasks)").messages == 3)
            try await fixture.discard()
        }

        @Test("an alarm of the broker, which tells of it only those who publish, is found")
        func alarm() async throws {
            let broker = try await RabbitMQServer()
            let fixture = try await BrokerFixture(broker: broker)
            _ = try await broker.control("set_vm_memory_high_watermark", "absolute", "1MB")
            try await eventually {
                try await explain(fixture).said.contains("Publishing: RabbitMQ takes no messages: ")
            }
            try await fixture.discard()
            try await broker.discard()
        }
    }
}

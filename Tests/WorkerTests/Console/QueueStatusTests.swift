import JSON
import Testing

@testable import Broker
@testable import Transport
@testable import Worker

@Suite("What queue status tells programs")
struct QueueStatusTests {
    @Test("is an object a queue, without numbers where there is no queue")
    func json() throws {
        let reports = [
            QueueTools.QueueReport(
                queue: TaskQueueName(.tasks, pipeline: "demo"),
                status: AMQPQueueStatus(messages: 12, consumers: 2)
            ),
            QueueTools.QueueReport(queue: TaskQueueName(.dead, pipeline: "demo"), status: nil),
        ]
        let text = QueueTools.json(of: reports)
        let queues = try #require(try JSONValue(parsing: Array(text.utf8)).object?["queues"]?.elements)
        #expect(
            queues == [
                ["queue": "antenna.tasks.demo", "pipeline": "demo", "waiting": 12, "consumers": 2],
                ["queue": "antenna.dead.demo", "pipeline": "demo"],
            ]
        )
    }
}

import Broker
import Foundation
import LocalAntenna
import Logging
import TestSupport
import Testing
import Transport
import WorkerTestSupport

extension BrokerTests {
    @Suite("The worker as a process on RabbitMQ", .serialized, .timeLimit(.minutes(5)))
    struct AMQPWorkerProcessTests {
        @Test(
            "What was enqueued is answered, whether a worker is told to stop under load, or killed; a signal ends with 0"
        )
        func killed() async throws {
            let broker = try await RabbitMQServer.shared()
            let scratch = try PackagePaths.scratch("amqp-worker")
            let address = scratch.appending(path: "broker.txt")
            try Data(broker.url.utf8).write(to: address)
            let results = "results-\(UUID().uuidString.lowercased())"
            try await withLocalAntenna { configuration in
                configuration.jobs = [JobSeed(pipelineSlug: "demo", images: try TestSheet.sources(24))]
            } body: { antenna in
                let images = (1...2_000).filter { antenna.imageSource($0) != nil }
                    .map { "\(antenna.baseURL.replacing("/api/v2", with: ""))/images/\($0)/image.jpg" }
                #expect(images.count == 24)
                func enqueue(_ images: [String]) async throws {
                    let enqueue = try RunningProgram(
                        ["enqueue", "--amqp-url-file", address.path, "--pipeline", "demo", "--reply-to", results]
                            + images,
                        scratch: scratch
                    )
                    await enqueue.child.waitForExit()
                    #expect(enqueue.child.exitStatus == 0, "\(enqueue.said)")
                    #expect(enqueue.said.contains("15 tasks enqueued, 0 refused"), "\(enqueue.said)")
                }
                // Of each half some are never done before the worker has been told, or killed.
                let (first, second) = (try HeldImages(), try HeldImages())
                try await enqueue(Array(images.prefix(12)) + first.urls(3))

                let observer = try await AMQPConnection.patient(
                    AMQPConfiguration(url: broker.url),
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
                let arguments = [
                    "run", "--source", "amqp", "--amqp-url-file", address.path, "--pipeline", "demo",
                    "--models", PackagePaths.models, "--prefetch", "8", "--localization-batch-size", "2",
                ]
                let stopped = try RunningProgram(arguments, scratch: scratch)
                try await eventually {
                    try await observer.status(ofQueue: results).messages >= 3 || !stopped.child.isRunning
                }
                stopped.child.send(signal: SIGTERM)
                try await eventually { stopped.said.contains("Draining") || !stopped.child.isRunning }
                first.letGo()
                await stopped.child.waitForExit()
                #expect(stopped.child.exitStatus == 0, "\(stopped.said)")
                let finished = try await observer.status(ofQueue: results).messages
                // What was in hand is finished, or given back: the broker takes it back in its own time.
                try await eventually {
                    try await observer.status(ofQueue: "antenna.tasks.demo").messages == 15 - finished
                }

                try await enqueue(Array(images.suffix(12)) + second.urls(3))
                let killed = try RunningProgram(arguments, scratch: scratch)
                try await eventually {
                    try await observer.status(ofQueue: results).messages >= finished + 2 || !killed.child.isRunning
                }
                killed.child.send(signal: SIGKILL)
                await killed.child.waitForExit()
                let before = try await observer.status(ofQueue: results).messages
                #expect((finished + 2..<30).contains(before), "it was killed in the middle: \(killed.said)")
                second.letGo()

                let last = try RunningProgram(arguments, scratch: scratch)
                var answered: Set<String> = []
                try await eventually {
                    while let (delivery, _) = try await observer.get(queue: results) {
                        observer.ack(delivery)
                        if let id = delivery.message.messageID { answered.insert(id) }
                    }
                    return answered.count >= 30 || !last.child.isRunning
                }
                #expect(answered.count == 30, "\(last.said)")
                last.child.send(signal: SIGTERM)
                await last.child.waitForExit()
                #expect(last.child.exitStatus == 0, "\(last.said)")
                #expect(try await observer.status(ofQueue: "antenna.tasks.demo").messages == 0)
                #expect(try await observer.status(ofQueue: "antenna.dead.demo").messages == 0)
                for queue in TaskQueueName.all(of: "demo").map(\.description) + [results] {
                    try await observer.delete(queue: queue)
                }
                await observer.close()
            }
        }
    }
}

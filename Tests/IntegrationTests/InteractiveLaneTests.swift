import Antenna
import Broker
import Concurrency
import Foundation
import LocalAntenna
import Logging
import Pipeline
import Telemetry
import TestSupport
import Testing
import Transport
import WorkerTestSupport

extension BrokerTests {
    @Suite("Tasks that somebody waits for, on RabbitMQ", .serialized, .timeLimit(.minutes(5)))
    struct InteractiveLaneTests {
        @Test("One that comes when the worker has its hands full is handed out first, and answered as any other")
        func first() async throws {
            let fixture = try await BrokerFixture()
            try await fixture.enqueue(0..<20)
            let source = try fixture.taskSource(lanes: true) { $0.prefetch = 4 }
            async let running: Void = source.run()
            try await eventually { source.outstanding == 4 }
            try await fixture.enqueue(100..<102, into: fixture.interactive)
            // The prefetch of the others is taken, and is not theirs.
            try await eventually { source.outstanding == 5 }
            let lease = try #require(await source.next())
            #expect(lease.task.id == "100" && lease.task.lane == .interactive)
            try await lease.settle(.completed(answer(to: lease.task)))
            let second = try #require(await source.next(in: .interactive))
            #expect(second.task.id == "101")
            try await second.settle(.completed(answer(to: second.task)))
            #expect(try await fixture.take(2, from: fixture.results).compactMap(\.message.messageID) == ["100", "101"])
            let other = try #require(await source.next())
            #expect(other.task.id == "0" && other.task.lane == .batch)
            try await other.settle(.completed(answer(to: other.task)))
            source.drain()
            await running
            #expect(try await fixture.observer.status(ofQueue: "\(fixture.interactive)").messages == 0)
            try await eventually { try await fixture.observer.status(ofQueue: "\(fixture.tasks)").messages == 19 }
            try await fixture.discard()
        }

        @Test("A dead letter of the interactive queue goes back there")
        func replayed() async throws {
            let fixture = try await BrokerFixture()
            let tools = QueueTools(connection: fixture.observer, logger: fixture.logger)
            try await tools.declare(pipeline: fixture.pipeline)
            try await fixture.enqueue(1..<2, into: fixture.interactive)
            let source = try fixture.taskSource(lanes: true) { $0.maximumAttempts = 0 }
            async let running: Void = source.run()
            try await eventually { source.statistics.deadLettered.value == 1 }
            source.drain()
            await running
            let letters = try await tools.deadLetters(of: fixture.pipeline, limit: 10)
            #expect(letters.map(\.queue) == ["\(fixture.interactive)"])
            try await eventually { try await fixture.observer.status(ofQueue: "\(fixture.dead)").messages == 1 }
            #expect(try await tools.replay(fixture.pipeline).replayed == 1)
            let reports = try await tools.status(of: [fixture.pipeline])
            #expect(reports.map(\.queue) == TaskQueueName.all(of: fixture.pipeline))
            #expect(reports.map(\.status?.messages) == [0, 1, 0, 0, 0])
            try await fixture.discard()
        }

        @Test("Where the queue is not there and may not be made, the others are consumed, and it is once it is there")
        func missing() async throws {
            let fixture = try await BrokerFixture()
            try await fixture.enqueue(0..<1)
            let log = CapturedLog()
            let source = try fixture.taskSource(lanes: true, logger: log.logger(from: .notice)) { $0.declares = false }
            async let running: Void = source.run()
            let lease = try #require(await source.next())
            try await eventually { log.warnings.contains { $0.contains("may not be made here") } }
            // The channel of the other consumer is the same all the while: what it delivered can be settled.
            try await lease.settle(.completed(answer(to: lease.task)))
            #expect(source.statistics.answered.value == 1 && source.statistics.stale.value == 0)
            #expect(log.warnings.count == 1, "\(log.warnings)")
            _ = try await AMQPTopology.ensure(
                AMQPTopology.declarations(for: fixture.interactive),
                on: fixture.observer
            )
            try await fixture.enqueue(1..<2, into: fixture.interactive)
            let late = try #require(await source.next(in: .interactive))
            try await late.settle(.completed(answer(to: late.task)))
            source.drain()
            await running
            #expect(try await fixture.take(2, from: fixture.results).count == 2)
            try await fixture.discard()
        }

        @Test("They go before a backlog through a whole worker, and none is lost when that is killed")
        func killed() async throws {
            let broker = try await RabbitMQServer.shared()
            let scratch = try PackagePaths.scratch("interactive")
            let address = scratch.appending(path: "broker.txt")
            try Data(broker.url.utf8).write(to: address)
            let results = "results-\(UUID().uuidString.lowercased())"
            let observer = try await AMQPConnection.patient(
                AMQPConfiguration(url: broker.url),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            try await withLocalAntenna { configuration in
                configuration.jobs = [JobSeed(pipelineSlug: "demo", images: try TestSheet.sources(57))]
            } body: { antenna in
                let images = (1...2_000).filter { antenna.imageSource($0) != nil }
                    .map { "\(antenna.baseURL.replacing("/api/v2", with: ""))/images/\($0)/image.jpg" }
                // The last ones cannot be done before the worker is dead.
                let held = try HeldImages()
                try await enqueue(images + held.urls(3), [], address, results, scratch)
                let arguments = [
                    "run", "--source", "amqp", "--amqp-url-file", address.path, "--pipeline", "demo",
                    "--models", PackagePaths.models, "--prefetch", "8", "--localization-batch-size", "4",
                ]
                let first = try RunningProgram(arguments, scratch: scratch)
                try await eventually {
                    try await observer.status(ofQueue: results).messages >= 1 || !first.child.isRunning
                }
                try await enqueue(Array(images.prefix(6)), ["--interactive"], address, results, scratch)
                // All six, though the others were there long before; then the worker dies with more in hand.
                var ledger: [String] = []
                try await eventually {
                    try await take(from: results, observer, &ledger)
                    return interactive(ledger).count >= 3 || !first.child.isRunning
                }
                first.child.send(signal: SIGKILL)
                await first.child.waitForExit()
                try await take(from: results, observer, &ledger)
                #expect(Set(ledger).count < 66, "it was killed in the middle: \(first.said)")
                held.letGo()
                let second = try RunningProgram(arguments, scratch: scratch)
                try await eventually {
                    try await take(from: results, observer, &ledger)
                    return Set(ledger).count >= 66 || !second.child.isRunning
                }
                #expect(Set(ledger).count == 66 && Set(interactive(ledger)).count == 6, "\(second.said)")
                second.child.send(signal: SIGTERM)
                await second.child.waitForExit()
                #expect(second.child.exitStatus == 0, "\(second.said)")
            }
            for queue in TaskQueueName.all(of: "demo") {
                #expect(try await observer.delete(queue: "\(queue)") == 0, "\(queue)")
            }
            try await observer.delete(queue: results)
            await observer.close()
        }

        /// Puts a task for each image into a queue, as an operator does; those that somebody waits for have ids of their own.
        private func enqueue(
            _ images: [String],
            _ flags: [String],
            _ address: URL,
            _ results: String,
            _ scratch: URL
        ) async throws {
            let prefix = flags.isEmpty ? "b" : "i"
            let lines = images.enumerated().map { number, image in
                #"{"id":"\#(prefix)\#(number)","image_id":"\#(number)","image_url":"\#(image)"}"#
            }
            let file = scratch.appending(path: "\(prefix).jsonl")
            try Data(lines.joined(separator: "\n").utf8).write(to: file)
            let arguments = ["enqueue", "--amqp-url-file", address.path, "--pipeline", "demo", "--reply-to", results]
            let program = try RunningProgram(arguments + flags + ["--json-lines", file.path], scratch: scratch)
            await program.child.waitForExit()
            #expect(program.said.contains("\(images.count) tasks enqueued, 0 refused"), "\(program.said)")
        }

        private func take(from queue: String, _ observer: AMQPConnection, _ ledger: inout [String]) async throws {
            while let (delivery, _) = try await observer.get(queue: queue) {
                observer.ack(delivery)
                ledger.append(delivery.message.messageID ?? "")
            }
        }

        private func interactive(_ ledger: [String]) -> [String] { ledger.filter { $0.hasPrefix("i") } }
    }
}

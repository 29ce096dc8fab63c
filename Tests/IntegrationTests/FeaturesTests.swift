import Broker
import Foundation
import JSON
import LocalAntenna
import Logging
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("Tasks whose results come with features, drained", .serialized, .timeLimit(.minutes(5)))
    struct FeaturesTests {
        @Test("Over REST, by workers of which one is killed, detections that exist among them")
        func rest() async throws {
            let fixture = try await DetectionsFixture()
            let found = Mutex<[Int: JSONValue]>([:])
            var configuration = LocalAntennaConfiguration()
            configuration.lease = .seconds(5)
            configuration.maxDeliver = 100
            configuration.detections = fixture.detections
            configuration.jobs = [
                JobSeed(pipelineSlug: "demo", cycling: [fixture.plain, fixture.boxed], count: 20)
            ]
            let antenna = LocalAntennaServer(configuration: configuration, logger: .quiet) { accepted in
                found.withLock { $0[accepted.task.id] = accepted.result.json }
            }
            try await antenna.start()
            let scratch = try PackagePaths.scratch("features")
            let arguments = ["--lease", "5", "--include-features", "--no-include-logits"]
            try await RunningProgram.killedAndSucceeded(
                by: { try RunningProgram(antenna: antenna, scratch: scratch, arguments: arguments) },
                killedWhen: { antenna.counts().saved >= 5 },
                stoppedWhen: { antenna.isSettled }
            )
            #expect(antenna.counts().isExactlyOnce, "\(antenna.counts())")
            for record in antenna.records() {
                try expect(try #require(found.withLock { $0[record.id] }), logits: false)
            }
            await antenna.stop()
            await fixture.discard()
        }

        @Test("On RabbitMQ, by workers that the original's variable asks for them, of which one is killed")
        func rabbitMQ() async throws {
            let broker = try await RabbitMQServer.shared()
            let scratch = try PackagePaths.scratch("features")
            let address = scratch.appending(path: "broker.txt")
            try Data(broker.url.utf8).write(to: address)
            let results = "results-\(UUID().uuidString.lowercased())"
            var configuration = LocalAntennaConfiguration()
            configuration.jobs = [JobSeed(pipelineSlug: "demo", cycling: try TestSheet.sources(3), count: 20)]
            let host = LocalAntennaServer(configuration: configuration, logger: .quiet)
            try await host.start()
            let root = host.baseURL.replacing("/api/v2", with: "")
            let urls = host.records().map { "\(root)/images/\($0.imageID)/\($0.id).jpg" }
            let enqueue = try RunningProgram(
                ["enqueue", "--amqp-url-file", address.path, "--pipeline", "demo", "--reply-to", results] + urls,
                scratch: scratch
            )
            await enqueue.child.waitForExit()
            #expect(enqueue.child.exitStatus == 0, "\(enqueue.said)")

            let observer = try await AMQPConnection.patient(AMQPConfiguration(url: broker.url), logger: .quiet)
            let start = {
                try RunningProgram(
                    [
                        "run", "--source", "amqp", "--amqp-url-file", address.path, "--models", PackagePaths.models,
                        "--prefetch", "4",
                    ],
                    environment: ["AMI_INCLUDE_FEATURES": "true", "AMI_PIPELINES": "demo"],
                    scratch: scratch
                )
            }
            var answered: [String: JSONValue] = [:]
            try await RunningProgram.killedAndSucceeded(
                by: start,
                killedWhen: { try await observer.status(ofQueue: results).messages >= 2 },
                stoppedWhen: {
                    for delivery in try await observer.takeAll(results) {
                        let json = try JSONValue(parsing: delivery.message.body)
                        answered[json["source_images"]?.elements?.first?["url"]?.string ?? ""] = json
                    }
                    return answered.count >= urls.count
                }
            )
            for url in urls { try expect(try #require(answered[url], "\(url)"), logits: true) }
            for queue in [results, "antenna.tasks.demo", "antenna.ready.demo", "antenna.dead.demo"] {
                try await observer.delete(queue: queue)
            }
            await observer.close()
            await host.stop()
        }

        /// Whatever has the last word comes with the four features of the demo's classifier, and nothing else does.
        private func expect(_ json: JSONValue, logits: Bool) throws {
            #expect(json["error"] == nil)
            let words = (json["detections"]?.elements ?? []).flatMap { $0["classifications"]?.elements ?? [] }
            #expect(words.contains { $0["terminal"]?.bool == true })
            for word in words {
                let isTerminal = word["terminal"]?.bool == true
                #expect(word["features"]?.doubles?.count == (isTerminal ? 4 : nil))
                #expect(word["logits"]?.elements?.isEmpty == !logits)
            }
        }
    }
}

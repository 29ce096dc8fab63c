import Broker
import Foundation
import JSON
import LocalAntenna
import Logging
import Pipeline
import Relay
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("Tasks that ask for something, drained", .serialized, .timeLimit(.minutes(5)))
    struct ConfiguredTasksTests {
        /// What each job asks for; the first asks for nothing, and its results say what the others must be.
        private static let asked: [JSONValue?] = [
            nil,
            ["classification": false, "max_detections": 2],
            ["detection_threshold": 1, "request_batch_size": 8],
            ["top_k": 1, "classification_threshold": 0.2, "treshold": 0.5],
            ["top_k": "three"],
            [:],
        ]

        @Test("Over REST, jobs side by side, by workers of which one is killed")
        func rest() async throws {
            let found = Mutex<[Int: JSONValue]>([:])
            var configuration = LocalAntennaConfiguration()
            configuration.lease = .seconds(5)
            configuration.maxDeliver = 100
            let sources = try TestSheet.sources(2)
            configuration.jobs = Self.asked.map { config in
                var job = JobSeed(pipelineSlug: "demo", cycling: sources, count: 10)
                job.config = config
                return job
            }
            let antenna = LocalAntennaServer(configuration: configuration, logger: .quiet) { accepted in
                found.withLock { $0[accepted.task.id] = accepted.result.json }
            }
            try await antenna.start()
            let scratch = try PackagePaths.scratch("config")
            let workers = try await RunningProgram.killedAndSucceeded(
                by: { try RunningProgram(antenna: antenna, scratch: scratch, arguments: ["--lease", "5"]) },
                killedWhen: { antenna.counts().saved >= 5 },
                stoppedWhen: { antenna.isSettled }
            )
            #expect(antenna.counts().isExactlyOnce, "\(antenna.counts())")
            #expect(antenna.traffic.malformedPosts == 0)
            // The key that nobody knows is named once by each worker that met it, and Antenna's own is not.
            let named = workers.map { $0.said.ranges(of: "\"config_key\":\"treshold\"").count }
            #expect([[1, 0], [0, 1], [1, 1]].contains(named), "\(workers.map(\.said))")
            #expect(!workers.contains { $0.said.contains("request_batch_size") })
            let plain = Dictionary(
                antenna.records(job: 1).compactMap { record in
                    antenna.imageSource(record.imageID).map { ($0, found.withLock { $0[record.id] }) }
                }
            ) { first, _ in first }
            for record in antenna.records() {
                let source = try #require(antenna.imageSource(record.imageID))
                let json = try #require(found.withLock { $0[record.id] })
                try expect(json, of: record.jobID - 1, beside: try #require(plain[source] ?? nil))
            }
            await antenna.stop()
        }

        @Test("On RabbitMQ, enqueued with what is asked, by workers of which one is killed")
        func rabbitMQ() async throws {
            let broker = try await RabbitMQServer.shared()
            let scratch = try PackagePaths.scratch("config")
            let address = scratch.appending(path: "broker.txt")
            try Data(broker.url.utf8).write(to: address)
            let results = "results-\(UUID().uuidString.lowercased())"
            var configuration = LocalAntennaConfiguration()
            configuration.jobs = [JobSeed(pipelineSlug: "demo", images: try TestSheet.sources(1))]
            let host = LocalAntennaServer(configuration: configuration, logger: .quiet)
            try await host.start()
            let root = host.baseURL.replacing("/api/v2", with: "")
            // A task of each kind under an address of its own; what cannot be is not enqueued, and has been tried over REST.
            let kinds = [0, 1, 2, 3, 5]
            for kind in kinds {
                let config = try Self.asked[kind].map { ["--task-config", try #require(Self.text($0))] } ?? []
                let enqueue = try RunningProgram(
                    ["enqueue", "--amqp-url-file", address.path, "--pipeline", "demo", "--reply-to", results] + config
                        + (1...6).map { "\(root)/images/1001/\(kind)-\($0).jpg" },
                    scratch: scratch
                )
                await enqueue.child.waitForExit()
                #expect(enqueue.child.exitStatus == 0, "\(enqueue.said)")
            }
            let refused = try RunningProgram(
                ["enqueue", "--pipeline", "demo", "--reply-to", "x", "--task-config", #"{"top_k":"three"}"#, root],
                scratch: scratch
            )
            await refused.child.waitForExit()
            #expect(refused.said.contains("config.top_k is a string, not a whole number"), "\(refused.said)")

            let observer = try await AMQPConnection.patient(AMQPConfiguration(url: broker.url), logger: .quiet)
            let arguments = [
                "run", "--source", "amqp", "--amqp-url-file", address.path, "--pipeline", "demo",
                "--models", PackagePaths.models, "--prefetch", "8",
            ]
            var answered: [String: JSONValue] = [:]
            try await RunningProgram.killedAndSucceeded(
                by: { try RunningProgram(arguments, scratch: scratch) },
                killedWhen: { try await observer.status(ofQueue: results).messages >= 2 },
                stoppedWhen: {
                    for delivery in try await observer.takeAll(results) {
                        let json = try JSONValue(parsing: delivery.message.body)
                        answered[json["source_images"]?.elements?.first?["url"]?.string ?? ""] = json
                    }
                    return answered.count >= 6 * kinds.count
                }
            )
            let plain = try #require(answered["\(root)/images/1001/0-1.jpg"])
            for kind in kinds {
                for number in 1...6 {
                    let json = try #require(answered["\(root)/images/1001/\(kind)-\(number).jpg"])
                    try expect(json, of: kind, beside: plain)
                }
            }
            for queue in [results, "antenna.tasks.demo", "antenna.ready.demo", "antenna.dead.demo"] {
                try await observer.delete(queue: queue)
            }
            await observer.close()
            await host.stop()
        }

        @Test("Through the fetch role: what is asked goes by the ready queue, and what cannot be is answered before")
        func split() async throws {
            let fixture = try await FleetFixture(images: 3)
            let redis = try await RedisServer()
            let fetcher = try FleetFetchTests.Fetcher(fixture, redis: redis)
            let configs: [JSONValue?] = [["max_detections": 3, "later_key": true], ["top_k": 0], nil]
            for (index, config) in configs.enumerated() {
                try await fixture.enqueue(index + 1, path: fixture.imagePath(index + 1), config: config)
            }
            try await fetcher.run {
                try await eventually {
                    fetcher.statistics.prepared.value == 2 && fetcher.statistics.failed.value == 1
                }
            }
            #expect(fixture.imageRequests == 2, "the image of a task that is refused is not fetched")
            var plan = fixture.plan
            plan.redisURL = redis.url
            let worker = try FleetWorker(plan, from: fixture.broker.ready)
            let running = Task { try await worker.run() }
            try await eventually { worker.source.statistics.answered.value == 2 }
            worker.source.drain()
            try await running.value
            let said = try await fixture.broker.takeAll(fixture.broker.results).map { delivery in
                let json = try JSONValue(parsing: delivery.message.body)
                return (delivery.message.messageID ?? "", json["config"] ?? json["error"] ?? "no config")
            }
            #expect(
                Dictionary(said) { first, _ in first } == [
                    "1": ["max_detections": 3], "2": "config.top_k is 0, outside 1 to 1000000", "3": "no config",
                ]
            )
            try await fixture.discard()
            try await redis.discard()
        }

        @Test("A relay passes on what Antenna asks for, with keys of later workers")
        func relayed() async throws {
            let fixture = try await BrokerFixture()
            var configuration = LocalAntennaConfiguration()
            configuration.jobs = [["top_k": 3, "later_key": [1]] as JSONValue, ["top_k": 0]].map { config in
                var job = JobSeed(
                    pipelineSlug: fixture.pipeline,
                    cycling: [.address("http://127.0.0.1:9/a.jpg")],
                    count: 1
                )
                job.config = config
                return job
            }
            let antenna = LocalAntennaServer(configuration: configuration, logger: fixture.logger)
            try await antenna.start()
            try await fixture.observer.delete(queue: AMQPTopology.relayResultsQueue)
            let relay = try FleetRelayTests().makeRelay(fixture, antenna)
            let source = try fixture.taskSource()
            async let asked = Self.answerAll(source, of: antenna)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await relay.run() }
                group.addTask { await source.run() }
                try await eventually { antenna.counts().saved == 2 }
                relay.drain()
                source.drain()
                try await group.waitForAll()
            }
            #expect(
                try await asked == [
                    1: TaskConfiguration(["top_k": 3, "later_key": [1]]),
                    2: .refused("config.top_k is 0, outside 1 to 1000000"),
                ]
            )
            await antenna.stop()
            try await fixture.discard()
        }

        /// Answers what is in the task queue until drained.
        ///
        /// - Returns: What the tasks of each job asked for.
        private static func answerAll(
            _ source: AMQPTaskSource,
            of antenna: LocalAntennaServer
        ) async throws -> [Int: TaskConfiguration] {
            var asked: [Int: TaskConfiguration] = [:]
            while let delivery = await source.nextDelivery() {
                let task = delivery.message.task
                let record = antenna.records().first { "\($0.imageID)" == task.imageID }
                if let record { asked[record.jobID] = task.configuration }
                try await delivery.settle(.answered(.error("seen", for: task)))
            }
            return asked
        }

        private static func text(_ json: JSONValue) -> String? { String(bytes: json.encoded(), encoding: .utf8) }

        /// Sees that a result is what its job asked for: what is found without asking, and of that what was wanted.
        private func expect(_ json: JSONValue, of kind: Int, beside plain: JSONValue) throws {
            let (all, found) = (Self.detections(plain), Self.detections(json))
            try #require(all.count > 2 && all.allSatisfy { $0.classifications.count == 2 })
            switch kind {
            case 1:
                #expect(found.map(\.box) == all.prefix(2).map(\.box) && found.allSatisfy(\.classifications.isEmpty))
                #expect(json["config"] == ["max_detections": 2, "classification": false])
            case 2:
                #expect(found.isEmpty && json["detections"] != nil)
                #expect(json["config"] == ["detection_threshold": 1])
            case 3:
                let sure = all.map { detection in
                    (detection.box, detection.classifications.filter { !$0.isTerminal || $0.best > 0.2 }.map(\.label))
                }
                #expect(found.map(\.box) == sure.map(\.0))
                #expect(found.map { $0.classifications.map(\.label) } == sure.map(\.1))
                #expect(found.allSatisfy { $0.classifications.allSatisfy { $0.told == 1 } })
                #expect(json["config"] == ["classification_threshold": 0.2, "top_k": 1])
            case 4:
                #expect(json["error"] == "config.top_k is a string, not a whole number")
            default:
                #expect(found == all && json["config"] == nil)
            }
        }

        private struct Found: Equatable {
            struct Word: Equatable {
                let label: String?
                let isTerminal: Bool
                let best: Double
                /// Scores that are not 0.
                let told: Int
            }

            let box: JSONValue?
            let classifications: [Word]
        }

        private static func detections(_ json: JSONValue) -> [Found] {
            (json["detections"]?.elements ?? []).map { detection in
                let words = (detection["classifications"]?.elements ?? []).map { word in
                    let scores = word["scores"]?.doubles ?? []
                    return Found.Word(
                        label: word["classification"]?.string,
                        isTerminal: word["terminal"]?.bool == true,
                        best: scores.max() ?? 0,
                        told: scores.count { $0 > 0 }
                    )
                }
                return Found(box: detection["bbox"], classifications: words)
            }
        }
    }
}

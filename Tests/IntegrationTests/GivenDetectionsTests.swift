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
    @Suite("Tasks whose detections exist, drained", .serialized, .timeLimit(.minutes(5)))
    struct GivenDetectionsTests {
        @Test("Over REST, by workers of which one is killed")
        func rest() async throws {
            let fixture = try await DetectionsFixture()
            let found = Mutex<[Int: JSONValue]>([:])
            var configuration = LocalAntennaConfiguration()
            configuration.lease = .seconds(5)
            configuration.maxDeliver = 100
            configuration.detections = fixture.detections
            let round = [fixture.boxed, fixture.cropped, fixture.plain]
            configuration.jobs = [
                JobSeed(pipelineSlug: "demo", cycling: round, count: 45),
                JobSeed(pipelineSlug: "demo", images: [fixture.overfull]),
            ]
            let antenna = LocalAntennaServer(configuration: configuration, logger: .quiet) { accepted in
                found.withLock { $0[accepted.task.id] = accepted.result.json }
            }
            try await antenna.start()
            let scratch = try PackagePaths.scratch("detections")
            try await RunningProgram.killedAndSucceeded(
                by: { try RunningProgram(antenna: antenna, scratch: scratch, arguments: ["--lease", "5"]) },
                killedWhen: { antenna.counts().saved >= 5 },
                stoppedWhen: { antenna.isSettled }
            )
            #expect(antenna.counts().isExactlyOnce, "\(antenna.counts())")
            for record in antenna.records() {
                let source = try #require(antenna.imageSource(record.imageID))
                try expect(try #require(found.withLock { $0[record.id] }), of: source, fixture)
            }
            #expect(fixture.cropRequests >= 15 * DetectionsFixture.boxCount)
            await antenna.stop()
            await fixture.discard()
        }

        @Test("On RabbitMQ, enqueued with a file of detections, by workers of which one is killed")
        func rabbitMQ() async throws {
            let broker = try await RabbitMQServer.shared()
            let fixture = try await DetectionsFixture()
            let scratch = try PackagePaths.scratch("detections")
            let (address, known) = (scratch.appending(path: "broker.txt"), scratch.appending(path: "known.json"))
            try Data(broker.url.utf8).write(to: address)
            let results = "results-\(UUID().uuidString.lowercased())"
            var configuration = LocalAntennaConfiguration()
            let boxed = Array(repeating: fixture.boxed, count: 15)
            configuration.jobs = [JobSeed(pipelineSlug: "demo", images: boxed + [fixture.plain])]
            let host = LocalAntennaServer(configuration: configuration, logger: .quiet)
            try await host.start()
            let root = host.baseURL.replacing("/api/v2", with: "")
            // Every third of the boxed ones is asked for by its crops alone.
            let sources: [(url: String, source: ImageSource)] = host.records().enumerated().map { index, record in
                guard index < 15 else { return ("\(root)/images/\(record.imageID)/plain.jpg", fixture.plain) }
                guard index % 3 == 0 else { return ("\(root)/images/\(record.imageID)/\(index).jpg", fixture.boxed) }
                return ("http://127.0.0.1:1/nowhere-\(index).jpg", fixture.cropped)
            }
            let list = sources.flatMap { url, source in
                (fixture.detections[source]?.elements ?? []).map { element -> JSONValue in
                    var detection = element.object ?? [:]
                    detection["source_image"] = ["id": "x", "url": .string(url)]
                    return .object(detection)
                }
            }
            try Data(JSONValue.array(list).encoded()).write(to: known)
            let enqueue = try RunningProgram(
                [
                    "enqueue", "--amqp-url-file", address.path, "--pipeline", "demo", "--reply-to", results,
                    "--detections", known.path,
                ] + sources.map(\.url),
                scratch: scratch
            )
            await enqueue.child.waitForExit()
            #expect(enqueue.child.exitStatus == 0, "\(enqueue.said)")

            let observer = try await AMQPConnection.patient(AMQPConfiguration(url: broker.url), logger: .quiet)
            let arguments = [
                "run", "--source", "amqp", "--amqp-url-file", address.path, "--pipeline", "demo",
                "--models", PackagePaths.models, "--prefetch", "4",
            ]
            var answered: [String: JSONValue] = [:]
            try await RunningProgram.killedAndSucceeded(
                by: { try RunningProgram(arguments, scratch: scratch) },
                killedWhen: { try await observer.status(ofQueue: results).messages >= 2 },
                stoppedWhen: {
                    for delivery in try await observer.takeAll(results) {
                        let json = try JSONValue(parsing: delivery.message.body)
                        let url = json["source_images"]?.elements?.first?["url"]?.string
                        answered[url ?? delivery.message.messageID ?? ""] = json
                    }
                    return answered.count >= sources.count
                }
            )
            for (url, source) in sources {
                try expect(try #require(answered[url], "\(url)"), of: source, fixture)
            }
            for queue in [results, "antenna.tasks.demo", "antenna.ready.demo", "antenna.dead.demo"] {
                try await observer.delete(queue: queue)
            }
            await observer.close()
            await host.stop()
            await fixture.discard()
        }

        @Test("Through the fetch role: an image's pixels go by Redis, crops are fetched where they are named")
        func split() async throws {
            let detections = try await DetectionsFixture()
            let fixture = try await FleetFixture(images: 4)
            let redis = try await RedisServer()
            let fetcher = try FleetFetchTests.Fetcher(fixture, redis: redis)
            for id in 1...4 {
                let source = [detections.boxed, detections.cropped, detections.overfull, detections.plain][id - 1]
                try await fixture.enqueue(id, path: fixture.imagePath(id), detections: detections.detections[source])
            }
            try await fetcher.run {
                try await eventually {
                    fetcher.statistics.prepared.value == 2 && fetcher.statistics.passedWithoutPixels.value == 1
                        && fetcher.statistics.failed.value == 1
                }
            }
            #expect(fixture.imageRequests == 2 && detections.cropRequests == 0)

            var plan = fixture.plan
            plan.redisURL = redis.url
            let worker = try FleetWorker(plan, from: fixture.broker.ready)
            let running = Task { try await worker.run() }
            try await eventually { worker.source.statistics.answered.value == 3 }
            worker.source.drain()
            try await running.value
            #expect(fixture.imageRequests == 2, "no image is fetched twice, and that of the crops not at all")
            #expect(detections.cropRequests == DetectionsFixture.boxCount)
            let counts = try await fixture.broker.takeAll(fixture.broker.results).map { delivery in
                let json = try JSONValue(parsing: delivery.message.body)
                return (delivery.message.messageID ?? "", json["detections"]?.elements?.count ?? -1)
            }
            #expect(Dictionary(counts) { first, _ in first } == ["1": 30, "2": 30, "3": -1, "4": 1])
            try await fixture.discard()
            try await redis.discard()
            await detections.discard()
        }

        private func expect(_ json: JSONValue, of source: ImageSource, _ fixture: DetectionsFixture) throws {
            guard source != fixture.overfull else {
                #expect(json["error"]?.string == "The task has 10001 detections where 10000 are allowed")
                return
            }
            #expect(json["error"] == nil)
            let found = json["detections"]?.elements ?? []
            guard let given = fixture.detections[source]?.elements else {
                #expect(!found.isEmpty && found.allSatisfy { $0["algorithm"]?["key"] == "demo_blob_detector" })
                return
            }
            #expect(found.map { $0["bbox"] } == given.map { $0["bbox"] })
            #expect(found.map { $0["algorithm"] } == given.map { $0["algorithm"] })
            #expect(found.map { $0["crop_image_url"] } == given.map { $0["crop_image_url"] })
            let unnamed = found.enumerated().filter { $0.element["classifications"]?.elements?.isEmpty != false }
            #expect(unnamed.map(\.offset) == (source == fixture.boxed ? [29] : []))
            #expect((json["errors"] != nil) == (source == fixture.boxed))
        }
    }
}

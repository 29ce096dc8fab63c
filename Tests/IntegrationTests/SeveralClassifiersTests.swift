import Foundation
import JSON
import LocalAntenna
import Logging
import Synchronization
import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("A pipeline with several classifiers, drained", .serialized, .timeLimit(.minutes(5)))
    struct SeveralClassifiersTests {
        /// The demo pipeline under another name, with a second word on each insect.
        private struct Pipeline {
            let slug = "two-\(UUID().uuidString.lowercased())"
            let scratch: URL
            /// The algorithms of a detection that the filter lets pass.
            static let algorithms = ["demo_contrast_filter", "demo_colour_classifier", "demo_contrast_names"]

            init() throws {
                scratch = try PackagePaths.scratch("two")
                let folder = scratch.appending(path: "models/\(slug)")
                try FileManager.default.createDirectory(
                    at: folder.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try FileManager.default.copyItem(atPath: "\(PackagePaths.models)/demo", toPath: folder.path)
                let file = folder.appending(path: "pipeline.json")
                let demo = try JSONValue(parsing: [UInt8](try Data(contentsOf: file)))
                var manifest = try #require(demo.object)
                manifest["slug"] = .string(slug)
                manifest["name"] = .string("Two of \(slug)")
                manifest["classifiers"] = [
                    try #require(manifest["classifier"]),
                    [
                        "name": "Demo Contrast Names", "key": "demo_contrast_names", "file": "filter.onnx",
                        "input": ["size": [32, 32]], "labels": ["distinct", "faint"],
                    ],
                ]
                manifest["classifier"] = nil
                try Data(JSONValue.object(manifest).encoded()).write(to: file)
            }

            func run(_ arguments: [String]) throws -> RunningProgram {
                let own = [
                    "run", "--pipeline", slug, "--models", scratch.appending(path: "models").path,
                    "--spool", scratch.appending(path: "spool").path,
                ]
                return try RunningProgram(own + arguments, scratch: scratch)
            }

            /// Sees that every insect has both words, or that of the filter alone.
            func expect(_ json: JSONValue) {
                #expect(json["pipeline"]?.string == slug && json["error"] == nil)
                let detections = json["detections"]?.elements ?? []
                let words = detections.map { $0["classifications"]?.elements ?? [] }
                let keys = words.map { $0.compactMap { $0["algorithm"]?["key"]?.string } }
                #expect(keys.allSatisfy { $0 == Self.algorithms || $0 == Array(Self.algorithms.prefix(1)) }, "\(keys)")
                #expect(keys.contains(Self.algorithms))
                for words in words where words.count == 3 {
                    #expect(words.map { $0["terminal"] } == [false, true, true])
                    #expect(words.map { $0["scores"]?.elements?.count } == [2, 16, 2])
                    // The same graph on the same crops.
                    #expect(words[0]["logits"] == words[2]["logits"])
                }
            }
        }

        @Test("Over REST, registered, by workers of which one is killed")
        func rest() async throws {
            let pipeline = try Pipeline()
            let found = Mutex<[JSONValue]>([])
            var configuration = LocalAntennaConfiguration()
            configuration.lease = .seconds(5)
            configuration.maxDeliver = 100
            configuration.trustsJobPipelines = false
            configuration.jobs = [
                JobSeed(pipelineSlug: pipeline.slug, cycling: try TestSheet.sources(3), count: 30)
            ]
            let antenna = LocalAntennaServer(configuration: configuration, logger: .quiet) { accepted in
                found.withLock { $0.append(accepted.result.json) }
            }
            try await antenna.start()
            let arguments = ["--base-url", antenna.baseURL, "--register", "--lease", "5"]
            try await RunningProgram.killedAndSucceeded(
                by: { try pipeline.run(arguments) },
                killedWhen: { antenna.counts().saved >= 3 },
                stoppedWhen: { antenna.isSettled }
            )
            #expect(antenna.counts().isExactlyOnce && antenna.counts().savedErrors == 0, "\(antenna.counts())")
            #expect(
                antenna.registeredPipelines[pipeline.slug].map { Set($0.keys) }?.isSuperset(of: Pipeline.algorithms)
                    == true
            )
            let results = found.withLock(\.self)
            #expect(results.count == 30)
            for json in results { pipeline.expect(json) }
            await antenna.stop()
            try FileManager.default.removeItem(at: pipeline.scratch)
        }

        @Test("On RabbitMQ, by workers of which one is killed")
        func rabbitMQ() async throws {
            let (broker, pipeline) = (try await RabbitMQServer.shared(), try Pipeline())
            let address = pipeline.scratch.appending(path: "broker.txt")
            try Data(broker.url.utf8).write(to: address)
            let results = "results-\(pipeline.slug)"
            var configuration = LocalAntennaConfiguration()
            configuration.jobs = [JobSeed(pipelineSlug: pipeline.slug, images: try TestSheet.sources(1))]
            let host = LocalAntennaServer(configuration: configuration, logger: .quiet)
            try await host.start()
            let root = host.baseURL.replacing("/api/v2", with: "")
            let enqueue = try RunningProgram(
                ["enqueue", "--amqp-url-file", address.path, "--pipeline", pipeline.slug, "--reply-to", results]
                    + (1...20).map { "\(root)/images/1001/\($0).jpg" },
                scratch: pipeline.scratch
            )
            await enqueue.child.waitForExit()
            #expect(enqueue.child.exitStatus == 0, "\(enqueue.said)")
            let observer = try await AMQPConnection.patient(AMQPConfiguration(url: broker.url), logger: .quiet)
            let arguments = ["--source", "amqp", "--amqp-url-file", address.path, "--prefetch", "4"]
            var answered: [String: JSONValue] = [:]
            try await RunningProgram.killedAndSucceeded(
                by: { try pipeline.run(arguments) },
                killedWhen: { try await observer.status(ofQueue: results).messages >= 2 },
                stoppedWhen: {
                    for delivery in try await observer.takeAll(results) {
                        answered[delivery.message.messageID ?? ""] = try JSONValue(parsing: delivery.message.body)
                    }
                    return answered.count >= 20
                }
            )
            #expect(answered.count == 20)
            for json in answered.values { pipeline.expect(json) }
            for queue in [results] + ["tasks", "ready", "dead"].map({ "antenna.\($0).\(pipeline.slug)" }) {
                try await observer.delete(queue: queue)
            }
            await observer.close()
            await host.stop()
            try FileManager.default.removeItem(at: pipeline.scratch)
        }
    }
}

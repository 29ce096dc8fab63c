import Antenna
import Broker
import Foundation
import JSON
import LocalAntenna
import Pipeline
import TestSupport
import Testing
import Transport

/// A pipeline of a test's own with its queues, and images for its tasks on a host of its own.
struct FleetFixture {
    let broker: BrokerFixture
    let plan: FleetWorkerPlan
    private let host: LocalAntennaServer
    private let scratch: URL
    private let firstImage: Int

    /// Makes everything.
    ///
    /// - Parameters:
    ///   - server: The broker; the shared one when left out.
    ///   - images: How many images there are.
    ///   - sources: What they look like, in turns; small pictures when left out.
    /// - Throws: What the broker or the file system says.
    init(broker server: RabbitMQServer? = nil, images: Int, sources: [ImageSource]? = nil) async throws {
        let broker = try await BrokerFixture(broker: server)
        self.broker = broker
        scratch = try PackagePaths.scratch("fleet")
        // The demo pipeline under this test's name.
        let demo = "\(PackagePaths.models)/demo"
        let models = scratch.appending(path: broker.pipeline)
        try FileManager.default.copyItem(atPath: demo, toPath: models.path)
        let manifest = try String(contentsOfFile: "\(demo)/pipeline.json", encoding: .utf8)
            .replacing("\"slug\": \"demo\"", with: "\"slug\": \"\(broker.pipeline)\"")
        try Data(manifest.utf8).write(to: models.appending(path: "pipeline.json"))
        plan = FleetWorkerPlan(brokerURL: broker.url, pipeline: broker.pipeline, models: models.path)

        var configuration = LocalAntennaConfiguration()
        let sources = try sources ?? TestSheet.sources(min(images, 40))
        configuration.jobs = [JobSeed(pipelineSlug: "demo", cycling: sources, count: images)]
        let host = LocalAntennaServer(configuration: configuration, logger: broker.logger)
        try await host.start()
        self.host = host
        firstImage = (1...10_000).first { host.imageSource($0) != nil } ?? 0
        try #require(firstImage > 0)
    }

    /// How many images were asked for so far.
    var imageRequests: Int { host.traffic.imageRequests }

    /// Puts a task for each of the images into the task queue; ids count from 1.
    func enqueue(_ ids: ClosedRange<Int>) async throws {
        for id in ids { try await enqueue(id, path: imagePath(id)) }
    }

    /// Where an image is on the host.
    func imagePath(_ id: Int) -> String { "images/\(firstImage + id - 1)/image.jpg" }

    /// Puts a task for an image at a path of the host into the task queue.
    func enqueue(
        _ id: Int,
        path: String,
        traceparent: String? = nil,
        detections: JSONValue? = nil,
        config: JSONValue? = nil
    ) async throws {
        let task = ImageTask(
            id: "\(id)",
            imageID: "\(id)",
            imageURL: "\(host.baseURL.replacing("/api/v2", with: ""))/\(path)",
            replySubject: broker.results,
            pipeline: broker.pipeline,
            jobID: 1,
            traceparent: traceparent,
            detections: GivenDetections(detections, imageID: nil),
            configuration: TaskConfiguration(config)
        )
        try await broker.observer.publish(TaskMessage.encode(task), routingKey: "\(broker.tasks)")
    }

    /// Removes everything.
    func discard() async throws {
        await host.stop()
        try await broker.discard()
        try FileManager.default.removeItem(at: scratch)
    }
}

/// Results as they come, by task: what there must be one of for each task, and what duplicates must be the same as.
struct ResultLedger {
    private(set) var results: [String: [String]] = [:]

    /// Results beyond the first of a task.
    var duplicates: Int { results.values.reduce(0) { $0 + $1.count - 1 } }

    /// Tasks whose results differ in more than times.
    var inconsistent: [String] { results.filter { Set($0.value).count > 1 }.map(\.key).sorted() }

    /// Tasks that were answered with an error.
    var failed: [String] { results.filter { $0.value.contains { $0.contains("\"error\"") } }.map(\.key).sorted() }

    mutating func add(_ delivery: AMQPDelivery) {
        let text = String(decoding: delivery.message.body, as: UTF8.self)
            .replacing(/"total_time":[^,]+/, with: "")
            .replacing(/"timestamp":"[^"]*"/, with: "")
        results[delivery.message.messageID ?? "none", default: []].append(text)
    }

    /// Takes what is in a queue now.
    mutating func take(from queue: String, of fixture: BrokerFixture, atMost limit: Int = .max) async throws {
        var count = 0
        while count < limit, let (delivery, _) = try await fixture.observer.get(queue: queue) {
            fixture.observer.ack(delivery)
            add(delivery)
            count += 1
        }
    }
}

/// The ids of tasks, as the ledger has them.
func ids(_ range: ClosedRange<Int>) -> Set<String> { Set(range.map(String.init)) }

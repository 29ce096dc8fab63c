import Foundation
import LocalAntenna
import TestSupport
import Testing

/// A worker process on RabbitMQ with an admin port.
struct AdminWorker {
    let process: RunningProgram
    let client: PlainHTTPClient
    /// The admin port.
    let port: UInt16

    /// Starts a worker for the queues of a fixture.
    ///
    /// - Parameters:
    ///   - fixture: Its broker, pipeline and models.
    ///   - redisURL: Where Redis is; none when left out.
    ///   - port: The admin port; a free one when left out.
    ///   - arguments: Further arguments.
    ///   - environment: Further variables.
    /// - Throws: What the operating system says when it cannot be started.
    init(
        _ fixture: FleetFixture,
        redisURL: String? = nil,
        port: UInt16? = nil,
        arguments: [String] = [],
        environment: [String: String] = [:]
    ) throws {
        let port = try port ?? LoopbackPort.free(1)[0]
        let scratch = try PackagePaths.scratch("admin")
        func file(_ name: String, _ text: String) throws -> String {
            let url = scratch.appending(path: name)
            try Data(text.utf8).write(to: url)
            return url.path
        }
        self.port = port
        client = PlainHTTPClient(port: port)
        process = try RunningProgram(
            [
                "run", "--source", "amqp", "--amqp-url-file", try file("broker.txt", fixture.broker.url),
                "--results-exchange", "amq.default", "--pipeline", fixture.broker.pipeline,
                "--models", URL(filePath: fixture.plan.models).deletingLastPathComponent().path,
                "--prefetch", "8", "--localization-batch-size", "2", "--admin-port", "\(port)",
            ] + (try redisURL.map { ["--redis-url-file", try file("redis.txt", $0)] } ?? []) + arguments,
            environment: environment,
            scratch: scratch
        )
    }

    /// Starts a worker that takes its tasks from a local Antenna.
    ///
    /// - Throws: What the operating system says when it cannot be started.
    init(antenna: LocalAntennaServer) throws {
        port = try LoopbackPort.free(1)[0]
        client = PlainHTTPClient(port: port)
        process = try RunningProgram(
            antenna: antenna,
            scratch: try PackagePaths.scratch("admin"),
            arguments: ["--admin-port", "\(port)"]
        )
    }

    /// Runs `body` beside the worker, which is ended whatever happens.
    func whileRunning<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            let value = try await body()
            await kill()
            return value
        } catch {
            await kill()
            throw error
        }
    }

    /// Tells the worker to stop, and waits for its end with status 0.
    func stop() async {
        process.child.send(signal: SIGTERM)
        await process.child.waitForExit()
        #expect(process.child.exitStatus == 0, "\(process.said)")
    }

    private func kill() async {
        process.child.send(signal: SIGKILL)
        await process.child.waitForExit()
    }

    /// What `/readyz` answers; nil while nobody listens.
    func readiness() async throws -> PlainHTTPClient.Answer? {
        try #require(process.child.isRunning, "\(process.said)")
        do {
            return try await client.get("/readyz")
        } catch let error as POSIXError where error.code == .ECONNREFUSED {
            return nil
        }
    }

    /// Waits until the worker is ready.
    func ready() async throws {
        try await eventually { try await readiness()?.status == 200 }
    }

    /// What `/metrics` says, read strictly.
    func metrics() async throws -> PrometheusPage {
        let answer = try await client.get("/metrics")
        #expect(answer.status == 200)
        return try PrometheusPage(answer.text)
    }

    /// What the live page is told now.
    func snapshot() async throws -> PageSnapshot {
        let stream = try client.events("/events")
        defer { stream.close() }
        return try PageSnapshot(try #require(await stream.next("snapshot")))
    }
}

/// What of the live page's events the tests look at.
struct PageSnapshot: Decodable {
    struct Value: Decodable {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    struct Stage: Decodable {
        let stage: String
        let count: Int
        let seconds: Double
    }

    struct Check: Decodable {
        let name: String
        let detail: String?
        let problem: String?
    }

    struct Image: Decodable {
        let id: Int
        let name: String
        let task: String
        let job: Int?
        let width: Int
        let height: Int
        let count: Int
    }

    let values: [Value]
    let stages: [Stage]
    let checks: [Check]
    let images: [Image]

    init(_ event: EventStream.Event) throws {
        self = try JSONDecoder().decode(PageSnapshot.self, from: Data(event.data.utf8))
    }

    /// The checks with something wrong.
    var problems: Set<String> { Set(checks.filter { $0.problem != nil }.map(\.name)) }
}

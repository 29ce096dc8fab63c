import Foundation
import Logging
import Pipeline
import Settings
import Synchronization
import Telemetry
import TestSupport
import Testing
import WorkerTestSupport

@testable import Worker

/// What looks at a worker, without the worker: a role of the test's own on a free admin port.
struct AdminFixture {
    let healthService: HealthService
    let client: PlainHTTPClient

    /// Makes it; the port is free, unless the flags name one.
    init(
        flags: [String] = [],
        environment: [String: String] = [:],
        systemd: [String: String] = [:],
        logger: Logger = .silent
    ) throws {
        let port = try LoopbackPort.free(1)[0]
        client = PlainHTTPClient(port: port)
        healthService = HealthService(
            role: "test",
            resolved: try ScratchFolder().resolve(
                flags: (flags.contains("--admin-port") ? [] : ["--admin-port", "\(port)"]) + flags,
                environment: environment
            ),
            registry: MetricRegistry(),
            environment: systemd,
            logger: logger
        )
    }

    /// Answers on the port while `body` runs.
    func serving(_ body: () async throws -> Void) async throws {
        let server = try #require(await AdminServer.start(healthService))
        do {
            try await body()
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// A connection to the port, for a test that sends what no client does.
    func connect() throws -> RawHTTPClient {
        try RawHTTPClient(port: try #require(healthService.settings.port(of: "test")))
    }

    /// What `/metrics` says.
    func metrics() async throws -> PrometheusPage {
        try PrometheusPage(try await client.get("/metrics").text)
    }
}

/// A part of a worker, and something that it needs, as a test wants them.
final class PretendedRole: Sendable {
    private let state = Mutex((reading: StallDetector.Reading(held: 0, passed: 0), problem: String?.none))

    var reading: StallDetector.Reading {
        get { state.withLock { $0.reading } }
        set { state.withLock { $0.reading = newValue } }
    }

    var problem: String? {
        get { state.withLock { $0.problem } }
        set { state.withLock { $0.problem = newValue } }
    }

    var health: RoleHealth {
        RoleHealth(
            checks: [RoleHealth.Check(name: "broker", problem: { self.problem })],
            parts: [
                RoleHealth.Part(name: "image", patience: .seconds(30), read: { self.reading }),
                RoleHealth.Part(name: "settlement", patience: nil, read: { self.reading }),
            ],
            collectors: [{ [WorkMetrics.tasks.sample(self.reading.passed, "succeeded")] }]
        )
    }
}

extension Logger {
    /// Says nothing.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

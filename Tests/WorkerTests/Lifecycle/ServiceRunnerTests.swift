import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Worker

@Suite("Services side by side", .timeLimit(.minutes(5)))
struct ServiceRunnerTests {
    /// Does what the test says.
    private struct ScriptedService: Service {
        let body: @Sendable () async throws -> Void

        func run() async throws { try await body() }
    }

    private struct Broken: Error {}

    private let log = CapturedLog()

    /// A service that works until it is drained, and then notes that it was.
    private func drainable(_ drained: Flag) -> ScriptedService {
        ScriptedService {
            try await gracefulShutdown()
            drained.set()
        }
    }

    private func runner(grace: Duration = .seconds(60), _ lifecycle: WorkerLifecycle = WorkerLifecycle())
        -> ServiceRunner
    {
        ServiceRunner(grace: grace, logger: log.logger, lifecycle: lifecycle)
    }

    @Test("The first that ends drains the others, which finish what they have in hand")
    func firstEnds() async throws {
        let drained = [Flag(), Flag()]
        try await runner().run(drained.map(drainable) + [ScriptedService {}])
        #expect(drained.allSatisfy { $0.isSet })
    }

    @Test("One that fails drains the others, and its error is the caller's")
    func oneFails() async throws {
        let drained = Flag()
        await #expect(throws: Broken.self) {
            try await runner().run([drainable(drained), ScriptedService { throw Broken() }])
        }
        #expect(drained.isSet)
    }

    @Test("A drain that somebody asks for ends all of them")
    func drain() async throws {
        let (lifecycle, drained) = (WorkerLifecycle(), [Flag(), Flag()])
        try await runner(lifecycle).run(
            drained.map(drainable) + [
                ScriptedService {
                    lifecycle.drain()
                    try await gracefulShutdown()
                }
            ]
        )
        #expect(drained.allSatisfy { $0.isSet })
    }

    @Test("One that is not finished within the grace is given up, and that is said")
    func graceEnds() async throws {
        let (given, never) = (Flag(), AsyncStream<Void> { _ in })
        let error = await #expect(throws: CommandFailure.self) {
            try await runner(grace: .milliseconds(50)).run([
                ScriptedService {
                    for await _ in never {}
                    if Task.isCancelled { given.set() }
                },
                ScriptedService {},
            ])
        }
        #expect(given.isSet && error?.description.contains("within the grace of 0.05 seconds") == true)
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}

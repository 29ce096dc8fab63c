import Foundation
import Logging
import TestSupport
import Testing

@testable import Worker

@Suite("The end of a stuck process", .timeLimit(.minutes(5)))
struct StuckProcessTests {
    @Test("a part that is stuck ends the process with status 3, which says so")
    func part() async throws {
        let (status, said) = try await StuckProcess.part.run()
        #expect(status == ExitStatus.stalled)
        #expect(said.contains("lets none go; the process ends") && said.contains("part=inference"), "\(said)")
    }

    @Test("a pool of threads that is used up ends the process with status 3, which says so")
    func pool() async throws {
        let (status, said) = try await StuckProcess.pool.run()
        #expect(status == ExitStatus.stalled)
        #expect(said.contains("lets none go; the process ends") && said.contains("part=runtime"), "\(said)")
    }

    @Test("a pool of threads that is used up keeps nobody from being told so")
    func probes() async throws {
        let (status, said) = try await StuckProcess.probed.run()
        #expect(status == 0 && said.contains("/livez 200 /metrics 200 /snapshot 200 /events 200"), "\(said)")
    }

    @Test("what may wait for ever ends no process, and neither does anything when that is switched off")
    func patience() async throws {
        let (status, said) = try await StuckProcess.patient.run()
        #expect(status == 0 && said.contains("waited in vain"), "\(said)")
    }
}

/// A way of being stuck, in a process that really ends of it: this test program again, with nothing but ``StuckProcessMain`` to run.
enum StuckProcess: String {
    case part, pool, patient, probed

    private static let variable = "ANTENNA_TEST_STUCK"

    /// How this process was ordered to be stuck; nil in the test process itself.
    static var ordered: StuckProcess? {
        ProcessInfo.processInfo.environment[variable].flatMap(StuckProcess.init)
    }

    /// Runs a process until it ends.
    func run() async throws -> (status: Int32, said: String) {
        try await ChildProcess.runSuite("StuckProcessMain", ordering: Self.variable, value: rawValue)
    }
}

@Suite(.enabled(if: StuckProcess.ordered != nil, "the other end of StuckProcess"))
struct StuckProcessMain {
    @Test func getStuck() async throws {
        switch try #require(StuckProcess.ordered) {
        case .part:
            let watchdog = try makeWatchdog(flags: ["--stall-after", "1"], patience: ["inference": .zero])
            for second in 0...6 { watchdog.look(at: .seconds(second)) }
        case .pool:
            let watchdog = try makeWatchdog(flags: ["--stall-after", "1"], patience: [:])
            let looking = Thread {
                var now = Duration.zero
                while true {
                    watchdog.look(at: now)
                    now += .seconds(1)
                }
            }
            looking.start()
            useUpPool()
        case .patient:
            let forEver = try makeWatchdog(flags: [], patience: ["settlement": nil])
            let switchedOff = try makeWatchdog(
                flags: ["--stall-after", "0"],
                patience: ["inference": .zero, "settlement": nil]
            )
            for watchdog in [forEver, switchedOff] {
                // Less than Swift's pool may take: these seconds pass sooner than it answers.
                for second in 0..<590 { watchdog.look(at: .seconds(second)) }
                try #require(watchdog.stall == nil && watchdog.stalls["settlement"] == .seconds(589))
            }
            print("waited in vain")
        case .probed:
            let admin = try AdminFixture()
            keep(admin.healthService)
            let server = try #require(await AdminServer.start(admin.healthService))
            let asking = Thread {
                var said: [String] = []
                for path in ["/livez", "/metrics", "/snapshot", "/events"] {
                    guard let client = try? admin.connect() else { continue }
                    client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    // Of the stream until its second event, which comes by the clock.
                    let answer = client.waitForText(path == "/events" ? "event: snapshot" : "\r\n\r\n")
                    said.append("\(path) \(answer.split(separator: " ").dropFirst().first ?? "")")
                }
                print(said.joined(separator: " "))
                exit(said.count == 4 ? 0 : 1)
            }
            asking.start()
            useUpPool()
            await server.stop()
        }
    }

    private func useUpPool() {
        // Busy rather than asleep: for threads that sleep the pool takes on others.
        for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { Task.detached { beBusy() } }
        beBusy()
    }

    /// A watchdog of a role whose parts hold a task and never let it go.
    private func makeWatchdog(flags: [String], patience: [String: Duration?]) throws -> Watchdog {
        let logger = Logger(label: "stuck") { StreamLogHandler.standardError(label: $0) }
        let healthService = try AdminFixture(flags: flags, logger: logger).healthService
        let parts = patience.map { name, patience in
            RoleHealth.Part(name: name, patience: patience, read: { StallDetector.Reading(held: 1, passed: 0) })
        }
        healthService.begin(RoleHealth(parts: parts))
        keep(healthService)
        return healthService.makeWatchdog()
    }

    /// A watchdog does not keep alive what it looks at.
    private func keep(_ healthService: HealthService) {
        _ = Unmanaged.passRetained(healthService)
    }

    private func beBusy() {
        while true { sched_yield() }
    }
}

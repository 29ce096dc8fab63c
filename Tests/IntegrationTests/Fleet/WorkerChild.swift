import Broker
import CoreMetrics
import Foundation
import Logging
import Pipeline
import Settings
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Worker

/// Where a worker ends its process, as if it had been killed right there.
enum CrashPoint: String, Codable, CaseIterable, Sendable {
    case afterFetch, afterDecode, afterInference, beforePublish, afterConfirm, beforeAck

    /// The stage whose end is the point; nil for those around the acknowledgement.
    fileprivate var stage: String? {
        switch self {
        case .afterFetch: Stage.fetch.name
        case .afterDecode: Stage.decode.name
        case .afterInference: Stage.classify.name
        case .beforePublish: Stage.encode.name
        case .afterConfirm, .beforeAck: nil
        }
    }
}

/// A worker in a process of its own, which a test can kill: this test program again, with nothing but ``WorkerChildMain`` to run.
struct WorkerChild {
    /// The status of a process that ended at its ``CrashPoint``.
    static let crashStatus: Int32 = 77
    static let variable = "ANTENNA_TEST_WORKER"

    struct Orders: Codable {
        var plan: FleetWorkerPlan
        var crash: CrashPoint?
        /// How often the point is passed before the process ends there.
        var passes = 3
    }

    let process: ChildProcess

    init(_ plan: FleetWorkerPlan, crash: CrashPoint? = nil, scratch: URL) throws {
        let orders = try JSONEncoder().encode(Orders(plan: plan, crash: crash))
        var environment = ProcessInfo.processInfo.environment
        environment[Self.variable] = String(decoding: orders, as: UTF8.self)
        process = try ChildProcess(
            executable: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path,
            arguments: ["--testing-library", "swift-testing", "--filter", "WorkerChildMain"],
            environment: environment,
            output: scratch.appending(path: "\(UUID().uuidString).log"),
            scratch: scratch
        )
    }

    /// What this process was ordered to be; nil in the test process itself.
    static var orders: Orders? {
        ProcessInfo.processInfo.environment[variable].flatMap {
            try? JSONDecoder().decode(Orders.self, from: Data($0.utf8))
        }
    }
}

@Suite(.enabled(if: WorkerChild.orders != nil, "the other end of WorkerChild"))
struct WorkerChildMain {
    @Test func work() async throws {
        let orders = try #require(WorkerChild.orders)
        let fuse = Fuse(orders)
        MetricsSystem.bootstrap(CrashingMetrics(fuse: fuse))
        let confirmed = CrashingResults(base: try orders.plan.settings().redis.confirmedResults(), fuse: fuse)
        try await FleetWorker(orders.plan, confirmed: confirmed).run()
    }
}

/// Ends the process when its point was passed often enough.
private final class Fuse: Sendable {
    let point: CrashPoint?
    private let passes: Mutex<Int>

    init(_ orders: WorkerChild.Orders) {
        point = orders.crash
        passes = Mutex(orders.passes)
    }

    func pass(_ point: CrashPoint) {
        guard point == self.point else { return }
        let left = passes.withLock { passes in
            passes -= 1
            return passes
        }
        if left < 0 { _exit(WorkerChild.crashStatus) }
    }
}

/// Hears of the end of every stage.
private struct CrashingMetrics: MetricsFactory {
    let fuse: Fuse

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let stage = dimensions.first { $0.0 == "stage" }?.1
        guard let point = fuse.point, point.stage == stage, stage != nil else {
            return NOOPMetricsHandler.instance.makeTimer(label: label, dimensions: dimensions)
        }
        return CrashingTimer(fuse: fuse, point: point)
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        NOOPMetricsHandler.instance.makeCounter(label: label, dimensions: dimensions)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance.makeRecorder(label: label, dimensions: dimensions, aggregate: aggregate)
    }

    func destroyTimer(_ handler: any TimerHandler) {}
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
}

private final class CrashingTimer: TimerHandler {
    let fuse: Fuse
    let point: CrashPoint

    init(fuse: Fuse, point: CrashPoint) {
        self.fuse = fuse
        self.point = point
    }

    func recordNanoseconds(_ duration: Int64) { fuse.pass(point) }
}

/// Is told of a result between its confirm and its acknowledgement.
private struct CrashingResults: ConfirmedResultStore {
    let base: any ConfirmedResultStore
    let fuse: Fuse

    func contains(_ result: ResultKey) async -> Bool { await base.contains(result) }

    func insert(_ result: ResultKey) async {
        fuse.pass(.afterConfirm)
        await base.insert(result)
        fuse.pass(.beforeAck)
    }
}

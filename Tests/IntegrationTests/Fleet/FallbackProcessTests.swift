import Antenna
import Foundation
import LocalAntenna
import TestSupport
import Testing
import WorkerTestSupport

extension BrokerTests {
    @Suite("The worker as a process on RabbitMQ and, while that is away, over REST", .timeLimit(.minutes(5)))
    struct FallbackProcessTests {
        @Test("A broker that goes and comes back: both ways are worked on, and nothing is lost or answered twice")
        func thereAndBack() async throws {
            let broker = try await RabbitMQServer()
            let fixture = try await FleetFixture(broker: broker, images: 40)
            let scratch = try PackagePaths.scratch("fallback")
            let address = scratch.appending(path: "broker.txt")
            try Data(broker.url.utf8).write(to: address)
            try await withLocalAntenna { configuration in
                configuration.jobs = [
                    JobSeed(pipelineSlug: fixture.broker.pipeline, images: try TestSheet.sources(200))
                ]
            } body: { antenna in
                try await fixture.enqueue(1...40)
                let worker = try RunningProgram(
                    [
                        // Longer than logging in takes on a machine that is busy.
                        "run", "--source", "auto", "--fallback-after", "10", "--amqp-url-file", address.path,
                        "--results-exchange", "amq.default", "--base-url", antenna.baseURL,
                        "--pipeline", fixture.broker.pipeline,
                        "--models", URL(filePath: fixture.plan.models).deletingLastPathComponent().path,
                        "--spool", scratch.appending(path: "spool").path,
                        "--prefetch", "8", "--localization-batch-size", "2", "--api-batch-size", "4",
                    ],
                    scratch: scratch
                )
                var ledger = ResultLedger()
                try await eventually {
                    try #require(worker.child.isRunning, "\(worker.said)")
                    try await ledger.take(from: fixture.broker.results, of: fixture.broker)
                    return ledger.results.count >= 4
                }
                #expect(antenna.counts().reserved == 0, "REST is left alone while the broker is there")
                try await broker.stop()
                try await eventually {
                    try #require(worker.child.isRunning, "\(worker.said)")
                    return antenna.counts().saved >= 6
                }
                try await broker.start()
                try await eventually {
                    try #require(worker.child.isRunning, "\(worker.said)")
                    do {
                        try await ledger.take(from: fixture.broker.results, of: fixture.broker)
                    } catch {
                        // The observer has lost its connection, too.
                        return false
                    }
                    return ledger.results.count == 40
                }
                worker.child.send(signal: SIGTERM)
                await worker.child.waitForExit()
                #expect(worker.child.exitStatus == 0, "\(worker.said)")
                try await ledger.take(from: fixture.broker.results, of: fixture.broker)
                #expect(Set(ledger.results.keys) == ids(1...40))
                #expect(ledger.inconsistent == [] && ledger.failed == [])
                #expect(ledger.duplicates <= 8, "at most what was in hand when the broker went")
                // An acknowledgement that went with the broker leaves an answered task to be acknowledged by whoever comes next.
                #expect(try await fixture.broker.waitingCount() <= 8)
                let counts = antenna.counts()
                #expect(
                    counts.identicalDuplicates == 0 && counts.differingDuplicates == 0 && counts.savedErrors == 0,
                    "\(counts)"
                )
                #expect(counts.refused == 0 && counts.stuck == 0 && counts.lost == 0, "\(counts)")
            }
            try await fixture.discard()
            try await broker.discard()
        }
    }
}

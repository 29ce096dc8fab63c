import Broker
import Foundation
import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("What a worker shows of itself", .serialized, .timeLimit(.minutes(5)))
    struct AdminTruthTests {
        /// Part of every secret.
        private static let secret = "t0ps3cret"

        @Test("page and metrics say the same, promtool finds nothing to fix, and no secret is in any of it")
        func truth() async throws {
            let broker = try await AdminBroker.shared()
            let redis = try await RedisServer(arguments: ["--requirepass", "\(Self.secret)-redis"])
            let fixture = try await FleetFixture(broker: broker, images: 6)
            let token = try PackagePaths.scratch("token").appending(path: "token.txt")
            try Data("\(Self.secret)-token".utf8).write(to: token)
            let worker = try AdminWorker(
                fixture,
                redisURL: "redis://:\(Self.secret)-redis@127.0.0.1:\(redis.port)/0",
                arguments: ["--token-file", token.path, "--log-level", "debug"]
            )
            try await worker.whileRunning {
                try await worker.ready()
                let stream = try worker.client.events("/events")
                var seen = [try #require(await stream.next("hello")).data]
                // From the first snapshot on images are shown.
                seen.append(try #require(await stream.next("snapshot")).data)
                for id in 1...6 {
                    let path = "\(fixture.imagePath(id))?X-Amz-Signature=\(Self.secret)"
                    try await fixture.enqueue(id, path: path, traceparent: Self.trace(id))
                }
                let missing = "images/999999/none.jpg?token=\(Self.secret)"
                try await fixture.enqueue(7, path: missing, traceparent: Self.trace(7))
                try await expectResults(7, of: fixture)
                try await eventually {
                    let page = try await worker.metrics()
                    return page.value("antenna_worker_tasks_in_hand") == 0
                        && page.value("antenna_worker_broker_deliveries") == 0
                        && page.sum("antenna_worker_tasks_total") == 7
                }

                var image: PageSnapshot.Image?
                while image == nil {
                    let event = try #require(await stream.next("snapshot"))
                    seen.append(event.data)
                    image = try PageSnapshot(event).images.first
                }
                stream.close()
                let shown = try #require(image)
                #expect(shown.name == "image.jpg" && shown.job == 1 && (1...6).map(String.init).contains(shown.task))
                #expect(shown.width == 640 && shown.height == 400 && shown.count == 4)
                let picture = try await worker.client.get("/images/\(shown.id)")
                #expect(picture.headers["content-type"] == "image/jpeg" && picture.body.starts(with: [0xFF, 0xD8]))

                try await expectAgreement(worker)
                try await expectNothingToMend(worker)
                for path in ["/", "/live.js", "/metrics", "/readyz", "/livez"] {
                    seen.append(try await worker.client.get(path).text)
                }
                await worker.stop()
                #expect(seen.allSatisfy { !$0.contains(Self.secret) })
                // The log of the worker at its most talkative keeps them, too.
                #expect(!worker.process.said.contains(Self.secret))
            }
            try await fixture.discard()
            try await redis.discard()
        }

        private static func trace(_ id: Int) -> String { "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333\(id)-01" }

        /// Every task has its result, with the trace that it came with.
        private func expectResults(_ count: Int, of fixture: FleetFixture) async throws {
            let results = try await fixture.broker.take(count, from: fixture.broker.results)
            for result in results {
                let id = try #require(result.message.messageID.flatMap { Int($0) })
                #expect(result.message.headers["traceparent"] == .string(Self.trace(id)))
            }
            #expect(Set(results.compactMap(\.message.messageID)) == ids(1...count))
        }

        /// The page is told what Prometheus is told.
        private func expectAgreement(_ worker: AdminWorker) async throws {
            let before = try await worker.metrics()
            let snapshot = try await worker.snapshot()
            let after = try await worker.metrics()
            var compared = 0
            for value in snapshot.values where !value.name.hasPrefix("process_") {
                let (first, last) = (before.value(value.name, value.labels), after.value(value.name, value.labels))
                // Nothing is done meanwhile, so counters stand still; a gauge may not.
                guard before.types[value.name] == "counter" || first == last else { continue }
                #expect(value.value == first && value.value == last, "\(value)")
                compared += 1
            }
            #expect(compared > 40)
            #expect(
                Set(snapshot.stages.map(\.stage)).isSuperset(of: ["queue", "fetch", "decode", "detect", "publish"])
            )
            for stage in snapshot.stages {
                let labels = ["stage": stage.stage]
                #expect(before.value("antenna_worker_stage_seconds_count", labels) == Double(stage.count))
                #expect(before.value("antenna_worker_stage_seconds_sum", labels) == stage.seconds)
            }
            #expect(before.value("antenna_worker_tasks_total", ["outcome": "succeeded"]) == 6)
            #expect(before.value("antenna_worker_tasks_total", ["outcome": "failed"]) == 1)
            #expect(before.value("antenna_worker_insects_total") == 24)
            #expect(before.value("antenna_worker_cache_stores_total", ["cache": "redis", "outcome": "stored"]) == 6)
            #expect(before.value("antenna_worker_broker_settlements_total", ["outcome": "answered"]) == 7)
            #expect(before.value("antenna_worker_broker_deliveries") == 0)
        }

        /// Prometheus' own opinion, where it is installed.
        private func expectNothingToMend(_ worker: AdminWorker) async throws {
            let promtool = "/usr/bin/promtool"
            guard FileManager.default.isExecutableFile(atPath: promtool) else { return }
            let scratch = try PackagePaths.scratch("promtool")
            let (page, output) = (scratch.appending(path: "metrics.txt"), scratch.appending(path: "output.log"))
            try Data(try await worker.client.get("/metrics").body).write(to: page)
            let child = try ChildProcess(
                executable: "/bin/sh",
                arguments: ["-c", "exec \"$1\" check metrics < \"$2\"", "promtool", promtool, page.path],
                environment: [:],
                output: output,
                scratch: scratch
            )
            await child.waitForExit()
            try child.release()
            #expect(child.exitStatus == 0)
            #expect(try String(contentsOf: output, encoding: .utf8) == "")
        }

        @Test("Redis and RabbitMQ that go are named within 15 s by page, metrics and readiness; all clears by itself")
        func outages() async throws {
            let broker = try await AdminBroker.shared()
            let redis = try await RedisServer()
            let fixture = try await FleetFixture(broker: broker, images: 2)
            let worker = try AdminWorker(fixture, redisURL: redis.url)
            try await worker.whileRunning {
                try await worker.ready()
                try await redis.kill()
                try await broker.stop()
                try await expectNotReady(["redis", "broker"], worker, inTime: true)
                try await redis.start()
                try await broker.start()
                try await worker.ready()
                #expect(try await worker.snapshot().problems == [])
                redis.freeze()
                try await expectNotReady(["redis"], worker, inTime: true)
                redis.thaw()
                try await worker.ready()
                let page = try await worker.metrics()
                #expect(page.value("antenna_worker_ready") == 1 && page.value("antenna_worker_redis_up") == 1)
                #expect(page.sum("antenna_worker_broker_connected") == 2)
                #expect(page.sum("antenna_worker_broker_reconnects_total") >= 2)
                // The observer has lost its connection, too.
                try await eventually {
                    do throws(TransportError) {
                        let tasks = try await fixture.broker.observer.status(ofQueue: "\(fixture.broker.tasks)")
                        return tasks.consumers == 1
                    } catch {
                        return false
                    }
                }
                try await fixture.enqueue(1...2)
                #expect(try await fixture.broker.take(2, from: fixture.broker.results).count == 2)
                await worker.stop()
            }
            try await fixture.discard()
            try await redis.discard()
        }

        @Test("Results that no queue takes and queues that cannot be consumed are named while RabbitMQ is well")
        func noProgress() async throws {
            let fixture = try await FleetFixture(images: 2)
            let worker = try AdminWorker(fixture, arguments: ["--no-declare"])
            try await worker.whileRunning {
                try await worker.ready()
                try await fixture.broker.observer.delete(queue: fixture.broker.results)
                try await fixture.enqueue(1...1)
                try await expectNotReady(["results"], worker)
                #expect(try await worker.readiness()?.text.contains("no queue takes 1 results") == true)
                try await fixture.broker.observer.declare(
                    .queue(name: fixture.broker.results, arguments: ["x-queue-type": "quorum"])
                )
                try await worker.ready()
                try await fixture.broker.observer.delete(queue: "\(fixture.broker.tasks)")
                try await expectNotReady(["consumers"], worker)
                _ = try await AMQPTopology.ensure(
                    AMQPTopology.declarations(for: fixture.broker.tasks),
                    on: fixture.broker.observer
                )
                try await worker.ready()
                try await fixture.enqueue(2...2)
                #expect(try await fixture.broker.take(2, from: fixture.broker.results).count == 2)
                await worker.stop()
            }
            try await fixture.discard()
        }

        /// Waits until exactly these are named, everywhere, within 15 s where that is wanted.
        private func expectNotReady(
            _ names: Set<String>,
            _ worker: AdminWorker,
            inTime: Bool = false
        ) async throws {
            let limit = inTime ? 150 : 1_000
            let taken = try await turns(atMost: limit) {
                guard let answer = try await worker.readiness(), answer.status == 503 else { return false }
                let lines = answer.text.split(separator: "\n").filter { !$0.hasSuffix(": ok") }
                return Set(lines.map { String($0.prefix { $0 != ":" }) }) == names
            }
            let page = try await worker.metrics()
            let snapshot = try await worker.snapshot()
            #expect(taken < limit, "\(names)")
            for sample in page.samples(of: "antenna_worker_readiness") {
                #expect(sample.value == (names.contains(sample.labels["check"] ?? "") ? 0 : 1), "\(sample)")
            }
            #expect(page.value("antenna_worker_ready") == 0)
            #expect(snapshot.problems == names)
            #expect(try await worker.client.get("/livez").status == 200, "no restart would bring them back")
        }
    }
}

/// A broker for the tests that stop it, with a password that is seen when somebody shows it.
enum AdminBroker {
    private static let start = Task { try await RabbitMQServer(password: "t0ps3cret-broker") }

    static func shared() async throws -> RabbitMQServer { try await start.value }
}

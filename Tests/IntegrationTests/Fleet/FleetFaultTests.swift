import Antenna
import Broker
import Foundation
import Pipeline
import Telemetry
import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("A fleet while its services break", .serialized, .timeLimit(.minutes(5)))
    struct FleetFaultTests {
        /// Runs a worker until every task has its result, while `disturb` does its worst; then checks the ledger.
        func answerAll(
            _ count: Int,
            of fixture: FleetFixture,
            with plan: FleetWorkerPlan,
            disturb: (FleetWorker) async throws -> Void
        ) async throws -> FleetWorker {
            let worker = try FleetWorker(plan)
            try await fixture.enqueue(1...count)
            let running = Task { try await worker.run() }
            try await disturb(worker)
            var ledger = ResultLedger()
            // The worker's own count will not do: a task whose acknowledgement was lost with its broker is answered twice.
            try await eventually {
                do {
                    try await ledger.take(from: fixture.broker.results, of: fixture.broker)
                    guard ledger.results.count >= count, worker.source.outstanding == 0 else { return false }
                    return try await fixture.broker.waitingCount() == 0
                } catch let error as TransportError where error.isRetriable {
                    // The observer has lost its connection, too.
                    return false
                }
            }
            worker.source.drain()
            try await running.value
            try await ledger.take(from: fixture.broker.results, of: fixture.broker)
            #expect(Set(ledger.results.keys) == ids(1...count))
            #expect(ledger.inconsistent == [] && ledger.failed == [])
            #expect(try await fixture.broker.deadLetterCount() == 0)
            #expect(try await fixture.broker.waitingCount() == 0)
            return worker
        }

        @Test(
            "Redis killed, flushed and frozen for ten seconds: no task fails, none is lost, and pixels are cached again"
        )
        func redisFaults() async throws {
            let redis = try await RedisServer()
            let fixture = try await FleetFixture(images: 400)
            var plan = fixture.plan
            plan.redisURL = redis.url
            plan.imageMilliseconds = 15
            let worker = try await answerAll(400, of: fixture, with: plan) { worker in
                let client = try RedisClient(configuration: RedisConfiguration(url: redis.url), connections: 1)
                try await eventually { worker.source.statistics.answered.value >= 20 }
                // Pixels were cached; whoever asks may be told late.
                try await eventually { (try? await client.info("keyspace")["db0"]) != nil }
                try await redis.kill()
                try await eventually { worker.source.statistics.answered.value >= 60 }
                try await redis.start()
                try await eventually { worker.source.statistics.answered.value >= 100 }
                try redis.flush()
                try await eventually { worker.source.statistics.answered.value >= 140 }
                redis.freeze()
                let thaw = ContinuousClock.now + .seconds(10)
                try await eventually { worker.source.statistics.answered.value >= 160 }
                try await Task.sleep(until: thaw)
                redis.thaw()
                client.close()
            }
            let statistics = try #require(worker.cache as? RedisTensorCache).statistics
            #expect(statistics.refusedStores.value > 0 && statistics.stores.value > 0)
            try await fixture.discard()
            try await redis.discard()
        }

        @Test("A Redis that is full and evicts nothing fails no task")
        func redisFull() async throws {
            let redis = try await RedisServer(arguments: ["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"])
            let fixture = try await FleetFixture(images: 40)
            var plan = fixture.plan
            plan.redisURL = redis.url
            let worker = try await answerAll(40, of: fixture, with: plan) { _ in }
            let failures = try #require(worker.cache as? RedisTensorCache).failures
            #expect(failures[.outOfMemory].value > 0, "\(failures)")
            try await fixture.discard()
            try await redis.discard()
        }

        @Test("RabbitMQ restarted three times in a run: none lost")
        func brokerRestarts() async throws {
            let broker = try await RabbitMQServer()
            let fixture = try await FleetFixture(broker: broker, images: 200)
            var plan = fixture.plan
            plan.imageMilliseconds = 15
            _ = try await answerAll(200, of: fixture, with: plan) { worker in
                for answered in [20, 70, 120] {
                    try await eventually { worker.source.statistics.answered.value >= answered }
                    try await broker.stop()
                    try await broker.start()
                }
            }
            try await fixture.discard()
            try await broker.discard()
        }

        @Test("A link that drops everything is found within two heartbeats; nothing is lost when it is back")
        func halfOpen() async throws {
            let broker = try await RabbitMQServer.shared()
            let proxy = try TCPProxy(to: broker.port)
            let fixture = try await FleetFixture(images: 120)
            var plan = fixture.plan
            plan.brokerURL = broker.url.replacing(":\(broker.port)/", with: ":\(proxy.port)/")
            plan.heartbeat = 1
            plan.imageMilliseconds = 20
            _ = try await answerAll(120, of: fixture, with: plan) { worker in
                try await eventually { worker.source.statistics.answered.value >= 20 && worker.source.isReady }
                proxy.freeze()
                // A second beside the two heartbeats, for a machine that is busy.
                let taken = try await turns(atMost: 100) { !worker.source.isReady }
                #expect(taken <= 30)
                for await isThere in worker.source.brokerPresence() where !isThere { break }
                #expect(!worker.source.isReady)
                proxy.thaw()
            }
            proxy.stop()
            try await fixture.discard()
        }

        @Test("A memory alarm of the broker for 20 s: not ready, nothing grows, and work goes on afterwards")
        func memoryAlarm() async throws {
            let broker = try await RabbitMQServer()
            let fixture = try await FleetFixture(broker: broker, images: 300)
            var plan = fixture.plan
            plan.imageMilliseconds = 15
            _ = try await answerAll(300, of: fixture, with: plan) { worker in
                try await eventually { worker.source.statistics.answered.value >= 30 }
                // In the middle of its work until the broker has been told, however long that takes.
                worker.engine.pause()
                try await broker.control("set_vm_memory_high_watermark", "absolute", "1MB")
                worker.engine.resume()
                try await eventually { !worker.source.isReady }
                // What nobody has begun goes back after a while, so there may be fewer than the prefetch.
                try await eventually { (1...plan.prefetch).contains(worker.source.outstanding) }
                let (answered, requests) = (worker.source.statistics.answered.value, fixture.imageRequests)
                let end = ContinuousClock.now + .seconds(20)
                while ContinuousClock.now < end {
                    #expect(!worker.source.isReady)
                    #expect(worker.source.outstanding <= plan.prefetch)
                    try await Task.sleep(for: .seconds(1))
                }
                // The broker still confirms what it had taken before the alarm.
                #expect(worker.source.statistics.answered.value <= answered + plan.prefetch)
                #expect(fixture.imageRequests <= requests + plan.prefetch)
                try await broker.control("set_vm_memory_high_watermark", "absolute", "1GB")
                try await eventually { worker.source.isReady }
            }
            try await fixture.discard()
            try await broker.discard()
        }
    }
}

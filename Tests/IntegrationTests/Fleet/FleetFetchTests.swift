import Antenna
import Broker
import Foundation
import Logging
import Pipeline
import Telemetry
import TestSupport
import Testing
import Transport

@testable import Worker

extension BrokerTests {
    @Suite("The fetch role", .serialized, .timeLimit(.minutes(5)))
    struct FleetFetchTests {
        /// A fetch role with its own connections, as the command puts it together.
        struct Fetcher {
            let worker: FetchWorker
            let statistics = FetchStatistics()
            let source: AMQPTaskSource

            init(
                _ fixture: FleetFixture,
                redis: RedisServer,
                readyLimit: Int = 1_000,
                cachePatience: Duration = .seconds(30)
            ) throws {
                let broker = try AMQPConfiguration(url: fixture.broker.url)
                let publishing = try AMQPConnection(configuration: broker, logger: .quiet)
                let gauge = ReadyQueueGauge(
                    connection: publishing,
                    pipelines: [fixture.broker.pipeline],
                    limit: readyLimit,
                    interval: .milliseconds(20),
                    logger: .quiet
                )
                var settings = AMQPSourceSettings(queues: [fixture.broker.tasks])
                settings.onward = [fixture.broker.ready]
                settings.prefetch = 4
                source = AMQPTaskSource(
                    settings: settings,
                    consuming: try AMQPConnection(configuration: broker, logger: .quiet),
                    publishing: publishing,
                    obstacle: { gauge.obstacle(to: $0, underWay: $1) },
                    logger: .quiet
                )
                var plan = fixture.plan
                plan.redisURL = redis.url
                let images = try ImageStages(plan.settings(), logger: .quiet)
                worker = FetchWorker(
                    source: source,
                    gauge: gauge,
                    images: images.provider(isCaching: false, statistics: ImageStatistics()),
                    cache: images.cache,
                    tasksInHand: 4,
                    cachePatience: cachePatience,
                    statistics: statistics,
                    logger: .quiet
                )
            }

            /// Runs until `body` is done, then drains.
            func run(while body: () async throws -> Void) async throws {
                let running = Task { try await worker.run() }
                try await body()
                source.drain()
                try await running.value
            }
        }

        @Test("Tasks go on to the ready queue with their pixels in Redis, where inference finds them")
        func passesOn() async throws {
            let fixture = try await FleetFixture(images: 12)
            let redis = try await RedisServer()
            let fetcher = try Fetcher(fixture, redis: redis)
            try await fixture.enqueue(1...12)
            try await fetcher.run { try await eventually { fetcher.statistics.prepared.value == 12 } }
            #expect(fetcher.source.statistics.passedOn.value == 12 && fixture.imageRequests == 12)
            #expect(try await fixture.broker.waitingCount() == 0)

            var plan = fixture.plan
            plan.redisURL = redis.url
            let worker = try FleetWorker(plan, from: fixture.broker.ready)
            let running = Task { try await worker.run() }
            try await eventually { worker.source.statistics.answered.value == 12 }
            worker.source.drain()
            try await running.value
            #expect(fixture.imageRequests == 12, "no image is fetched twice")
            #expect(try #require(worker.cache as? RedisTensorCache).statistics.hits.value == 12)
            var ledger = ResultLedger()
            try await ledger.take(from: fixture.broker.results, of: fixture.broker)
            #expect(Set(ledger.results.keys) == ids(1...12) && ledger.failed == [])
            try await fixture.discard()
            try await redis.discard()
        }

        @Test("Inference fetches what is no longer in Redis")
        func gone() async throws {
            let fixture = try await FleetFixture(images: 5)
            let redis = try await RedisServer()
            let fetcher = try Fetcher(fixture, redis: redis)
            try await fixture.enqueue(1...5)
            try await fetcher.run { try await eventually { fetcher.statistics.prepared.value == 5 } }
            try redis.flush()
            var plan = fixture.plan
            plan.redisURL = redis.url
            let worker = try FleetWorker(plan, from: fixture.broker.ready)
            let running = Task { try await worker.run() }
            try await eventually { worker.source.statistics.answered.value == 5 }
            worker.source.drain()
            try await running.value
            #expect(fixture.imageRequests == 10)
            try await fixture.discard()
            try await redis.discard()
        }

        @Test("An image that cannot be had is answered with its error by the fetch role")
        func missing() async throws {
            let fixture = try await FleetFixture(images: 2)
            let redis = try await RedisServer.shared()
            let fetcher = try Fetcher(fixture, redis: redis)
            try await fixture.enqueue(1, path: "images/999999/none.jpg")
            try await fixture.enqueue(2...2)
            try await fetcher.run { try await eventually { fetcher.statistics.settled == 2 } }
            #expect(fetcher.statistics.failed.value == 1 && fetcher.statistics.prepared.value == 1)
            var ledger = ResultLedger()
            try await ledger.take(from: fixture.broker.results, of: fixture.broker)
            #expect(ledger.failed == ["1"] && ledger.results.count == 1)
            try await fixture.discard()
        }

        @Test("An error result that no queue takes is held, and at the end its task stays")
        func unanswerable() async throws {
            let fixture = try await FleetFixture(images: 1)
            let redis = try await RedisServer.shared()
            let fetcher = try Fetcher(fixture, redis: redis)
            try await fixture.broker.observer.delete(queue: fixture.broker.results)
            try await fixture.enqueue(1, path: "images/999999/none.jpg")
            try await fetcher.run { try await eventually { fetcher.source.held == 1 } }
            try await eventually { try await fixture.broker.waitingCount() == 1 }
            try await fixture.discard()
        }

        @Test("While the ready queue is full no more images are fetched")
        func readyQueueFull() async throws {
            let fixture = try await FleetFixture(images: 60)
            let redis = try await RedisServer.shared()
            let fetcher = try Fetcher(fixture, redis: redis, readyLimit: 5)
            try await fixture.enqueue(1...60)
            try await fetcher.run {
                // It closes at a look, so what was taken till then still comes: as much as is in hand. It counts what is under way, and opens
                // below four fifths only: where that was given back, four stay. Then the queue is left to others.
                var held = 0
                try await eventually {
                    let tasks = try await fixture.broker.observer.status(ofQueue: "\(fixture.broker.tasks)")
                    let isLeft = tasks.consumers == 0 && fetcher.source.outstanding == 0
                    held = try await fixture.broker.observer.status(ofQueue: "\(fixture.broker.ready)").messages
                    return isLeft && held >= 4
                }
                #expect(held < 60, "\(held) of 60 are ready")
                // Somebody takes what is ready, again and again.
                var ready = 0
                try await eventually {
                    ready += try await fixture.broker.takeAll("\(fixture.broker.ready)").count
                    return ready == 60
                }
            }
            try await fixture.discard()
        }

        @Test("A ready queue that nobody takes keeps to its limit; other tasks are left to others, untried")
        func nobodyInfers() async throws {
            let fixture = try await FleetFixture(images: 30)
            let redis = try await RedisServer.shared()
            let fetcher = try Fetcher(fixture, redis: redis, readyLimit: 8)
            try await fixture.enqueue(1...30)
            try await fetcher.run {
                // Seven, where the last one under way was given back: the queue opens below four fifths only.
                try await eventually {
                    let tasks = try await fixture.broker.observer.status(ofQueue: "\(fixture.broker.tasks)")
                    let ready = try await fixture.broker.observer.status(ofQueue: "\(fixture.broker.ready)").messages
                    return tasks.consumers == 0 && (7...8).contains(ready) && tasks.messages == 30 - ready
                }
                #expect(fetcher.source.deliveryProblem?.contains("is full") == true)
                #expect(fetcher.source.consumerProblem == nil, "that is not a fault of the consumer's")
                // Somebody takes what is ready, again and again.
                var ready = 0
                try await eventually {
                    ready += try await fixture.broker.takeAll("\(fixture.broker.ready)").count
                    return ready == 30
                }
            }
            #expect(fetcher.source.statistics.redelivered.value == 0, "what was given back counts as new")
            #expect(try await fixture.broker.deadLetterCount() == 0)
            try await fixture.discard()
        }

        @Test("For a Redis that refuses until somebody changes something no task waits")
        func redisRefuses() async throws {
            let fixture = try await FleetFixture(images: 12)
            let redis = try await RedisServer()
            try await redis.command("ACL SETUSER default -set")
            let fetcher = try Fetcher(fixture, redis: redis, cachePatience: .seconds(3_600))
            try await fixture.enqueue(1...12)
            try await fetcher.run { try await eventually { fetcher.statistics.settled == 12 } }
            let counts = fetcher.statistics
            #expect(counts.passedWithoutPixels.value == 12 && counts.waitsForCache == 0)
            try await fixture.discard()
            try await redis.discard()
        }

        @Test("A Redis that takes nothing holds tasks up, and then lets them go without pixels")
        func redisFull() async throws {
            let fixture = try await FleetFixture(images: 6)
            let redis = try await RedisServer(arguments: ["--maxmemory", "2mb", "--maxmemory-policy", "noeviction"])
            let fetcher = try Fetcher(fixture, redis: redis, cachePatience: .milliseconds(500))
            try await fixture.enqueue(1...6)
            try await fetcher.run { try await eventually { fetcher.statistics.settled == 6 } }
            let counts = fetcher.statistics
            #expect(counts.passedWithoutPixels.value > 0 && counts.waitsForCache > 0 && counts.failed.value == 0)
            #expect(fetcher.source.statistics.passedOn.value == 6)
            try await fixture.discard()
            try await redis.discard()
        }
    }
}

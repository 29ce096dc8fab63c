import Antenna
import Broker
import Logging
import Telemetry
import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("A cluster of brokers whose nodes go", .serialized, .timeLimit(.minutes(10)))
    struct ClusterTests {
        @Test(
            "The leader is killed, the next one cut off, the third restarted: every task has its answer, duplicates are equal"
        )
        func nodesGo() async throws {
            let cluster = try await RabbitMQCluster()
            let fixture = try await BrokerFixture(url: cluster.url)
            try await fixture.enqueue(0..<50)
            let source = try fixture.taskSource { $0.prefetch = 8 }
            async let running: Void = source.run()
            async let working: Void = work(source)

            let leader = try await cluster.leader(ofQueue: "\(fixture.tasks)")
            try await leader.kill()
            try await fixture.enqueueInSpiteOfAll(50..<100)
            try await eventually { source.statistics.answered.value + source.statistics.recognised.value >= 50 }
            try await leader.start()
            let next = try await cluster.leader(ofQueue: "\(fixture.tasks)")
            try await cluster.isolate(next)
            try await fixture.enqueueInSpiteOfAll(100..<105)
            try await cluster.rejoin(next)
            if let third = cluster.nodes.first(where: { $0 !== leader && $0 !== next }) {
                try await third.stop()
                try await fixture.enqueueInSpiteOfAll(105..<110)
                try await third.start()
            }
            try await fixture.enqueueInSpiteOfAll(110..<120)

            var ledger = ResultLedger()
            try await eventually {
                try await fixture.untilConnected { try await ledger.take(from: fixture.results, of: fixture) }
                return ledger.results.count == 120
            }
            source.drain()
            await running
            await working
            #expect(ledger.inconsistent == [])
            #expect(try await fixture.takeAll("\(fixture.dead)").isEmpty)
            await fixture.observer.close()
            try await cluster.discard()
        }

        private func work(_ source: AMQPTaskSource) async {
            await withDiscardingTaskGroup { group in
                while let delivery = await source.nextDelivery() {
                    group.addTask {
                        // Given up when the connection went in between: the task comes again.
                        try? await delivery.settle(.answered(answer(to: delivery.message.task)))
                    }
                }
            }
        }
    }
}

extension BrokerFixture {
    /// Puts tasks into the queue while brokers come and go; some may be repeated then.
    func enqueueInSpiteOfAll(_ ids: Range<Int>) async throws {
        for id in ids { try await untilConnected { try await enqueue(id..<id + 1) } }
    }

    /// Does something again until no connection is lost in between.
    func untilConnected(_ body: () async throws -> Void) async throws {
        try await eventually(within: .seconds(300)) {
            do {
                try await body()
                return true
            } catch let error as TransportError where error.isRetriable || error.code == .notFound {
                return false
            }
        }
    }
}

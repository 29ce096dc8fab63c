import Broker
import Foundation
import JSON
import TestSupport
import Testing
import Transport

extension BrokerTests {
    @Suite("The page of the fleet", .serialized, .timeLimit(.minutes(5)))
    struct FleetPageTests {
        private func roles(_ worker: AdminWorker) async throws -> [JSONValue] {
            let answer = try await worker.client.get("/fleet.json")
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/json")
            return try JSONValue(parsing: answer.body)["roles"]?.elements ?? []
        }

        @Test("Roles hear of one another, of a goodbye, and not any more of one that was killed; nonsense harms nobody")
        func oneAnother() async throws {
            let fixture = try await FleetFixture(images: 1)
            let (first, second, third) = (try AdminWorker(fixture), try AdminWorker(fixture), try AdminWorker(fixture))
            func heard(_ worker: AdminWorker) async throws -> [Int: JSONValue] {
                Dictionary(try await roles(worker).compactMap { role in role["process"]?.int.map { ($0, role) } }) {
                    $1
                }
            }
            let pids = [first, second, third].map { Int($0.process.child.pid) }
            try await first.whileRunning {
                try await second.whileRunning {
                    try await third.whileRunning {
                        for worker in [first, second, third] { try await worker.ready() }
                        // From any of them.
                        for worker in [second, first] {
                            try await eventually { try await Set(heard(worker).keys).isSuperset(of: pids) }
                        }
                        try await eventually {
                            try await heard(first)[pids[1]]?["state"]?["text"]?.string == "ready"
                        }
                        let other = try #require(try await heard(first)[pids[1]])
                        #expect(other["role"]?.string == "run")
                        #expect(other["pipelines"]?.strings == [fixture.broker.pipeline])
                        #expect(other["hasEnded"]?.bool == false)
                        #expect(other["page"] == nil)
                        #expect(other["noPage"]?.string == "its page is for its own machine only")
                        let told = try await JSONValue(parsing: first.client.get("/fleet.json").body)
                        #expect(try #require(told["heardSince"]?.double) <= Date.now.timeIntervalSince1970)
                        try await expectNonsenseIsPassedOver(fixture, heardBy: first)
                        await second.stop()
                        try await eventually { try await heard(first)[pids[1]]?["hasEnded"]?.bool == true }
                    }
                }
                // The third was killed: its last word ages.
                try await eventually { (try await heard(first)[pids[2]]?["age"]?.double ?? 0) > 6 }
                #expect(try await heard(first)[pids[2]]?["hasEnded"]?.bool == false)
                #expect(try await JSONValue(parsing: first.client.get("/fleet.json").body)["problem"] == nil)
            }
            try await fixture.discard()
        }

        private func expectNonsenseIsPassedOver(_ fixture: FleetFixture, heardBy worker: AdminWorker) async throws {
            let bodies = [Array("{".utf8), [UInt8](repeating: 0x5B, count: 200_000), [], [0xFF, 0xFE]]
            let last = Array(#"{"role":"made up","host":"<b>","process":1}"#.utf8)
            for body in bodies + [last] {
                try await fixture.broker.observer.publish(
                    AMQPMessage(body: body, isPersistent: false),
                    exchange: AMQPTopology.fleetExchange,
                    routingKey: ""
                )
            }
            try await eventually { try await roles(worker).contains { $0["role"]?.string == "made up" } }
            try await worker.ready()
        }

        @Test("A queue is there only while somebody looks, and a broker that is away is told")
        func away() async throws {
            let server = try await RabbitMQServer()
            let fixture = try await FleetFixture(broker: server, images: 1)
            let worker = try AdminWorker(fixture)
            try await worker.whileRunning {
                try await worker.ready()
                #expect(try await !server.control("list_queues", "name").contains("antenna.fleet"))
                #expect(try await roles(worker).count == 1)
                try await eventually {
                    // Somebody goes on looking, however long it takes to ask the broker.
                    _ = try await roles(worker)
                    return try await server.control("list_queues", "name").contains("antenna.fleet.")
                }
                try await server.stop()
                try await eventually {
                    try await JSONValue(parsing: worker.client.get("/fleet.json").body)["problem"]?.string
                        == "RabbitMQ is not connected."
                }
                #expect(try await roles(worker).count == 1)
                try await server.start()
                try await eventually {
                    try await JSONValue(parsing: worker.client.get("/fleet.json").body)["problem"] == nil
                }
            }
            try await server.discard()
        }
    }
}

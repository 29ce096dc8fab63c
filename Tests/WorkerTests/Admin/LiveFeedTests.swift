import Foundation
import TestSupport
import Testing

@testable import Worker

@Suite("The stream of the live page", .timeLimit(.minutes(5)))
struct LiveFeedTests {
    /// What of a snapshot a test looks at.
    struct Snapshot: Decodable {
        struct Value: Decodable {
            let name: String
            let labels: [String: String]
            let value: Double
        }

        struct Check: Decodable {
            let name: String
            let problem: String?
        }

        let values: [Value]
        let checks: [Check]
    }

    private func snapshot(_ stream: EventStream) async throws -> Snapshot {
        let event = try #require(await stream.next("snapshot"))
        return try JSONDecoder().decode(Snapshot.self, from: Data(event.data.utf8))
    }

    @Test("it begins with what does not change, and then says every second what the metrics and the checks say")
    func truth() async throws {
        let (admin, role) = (try AdminFixture(), PretendedRole())
        admin.healthService.begin(role.health)
        role.reading = .init(held: 1, passed: 12)
        role.problem = "gone for lunch"
        try await admin.serving {
            let stream = try admin.client.events("/events")
            let first = try #require(await stream.events.first { _ in true })
            #expect(first.name == "hello")
            let hello = try #require(
                try JSONSerialization.jsonObject(with: Data(first.data.utf8)) as? [String: Any]
            )
            #expect(hello["role"] as? String == "test" && hello["process"] as? Int == Int(getpid()))
            var seen = try await snapshot(stream)
            #expect(seen.checks.map(\.name) == ["models", "broker", "draining"])
            #expect(seen.checks.compactMap(\.problem) == ["gone for lunch"])
            let page = try await admin.metrics()
            let shown = seen.values.filter { !$0.name.hasPrefix("process_") }
            #expect(shown.count == page.samples.count { !$0.name.hasPrefix("process_") })
            for value in shown {
                #expect(page.value(value.name, value.labels) == value.value, "\(value.name)")
            }
            role.reading = .init(held: 0, passed: 13)
            role.problem = nil
            repeat { seen = try await snapshot(stream) } while seen.checks.contains { $0.problem != nil }
            #expect(seen.values.first { $0.name == "antenna_worker_tasks_total" }?.value == 13)
            stream.close()
        }
    }

    @Test("secrets in settings are never sent, wherever they were set")
    func secrets() async throws {
        let admin = try AdminFixture(environment: [
            "AMI_ANTENNA_API_AUTH_TOKEN": "t0ps3cret-token",
            "ANTENNA_WORKER_AMQP_URL": "amqp://worker:t0ps3cret-broker@127.0.0.1:1/",
            "ANTENNA_WORKER_REDIS_URL": "redis://:t0ps3cret-redis@127.0.0.1:1/0",
        ])
        try await admin.serving {
            let stream = try admin.client.events("/events")
            let hello = try #require(await stream.next("hello"))
            #expect(hello.data.components(separatedBy: "<redacted>").count == 4)
            let snapshot = try #require(await stream.next("snapshot"))
            stream.close()
            for path in ["/", "/metrics", "/readyz", "/snapshot", "/fleet.json"] {
                #expect(try await !admin.client.get(path).text.contains("t0ps3cret"))
            }
            #expect(!hello.data.contains("t0ps3cret") && !snapshot.data.contains("t0ps3cret"))
        }
    }

    @Test("no more than sixteen watch; one that goes away makes room")
    func watchers() async throws {
        let admin = try AdminFixture()
        try await admin.serving {
            var streams: [EventStream] = []
            for _ in 0..<16 {
                let stream = try admin.client.events("/events")
                _ = try #require(await stream.next("hello"))
                streams.append(stream)
            }
            let tooMany = try await admin.client.get("/events")
            #expect(tooMany.status == 503 && tooMany.text == "Too many watch already.\n")
            // Whoever comes too late sees the page all the same, and asks for what it shows.
            for path in ["/", "/live.js", "/metrics", "/livez", "/images/1"] {
                #expect(try await [200, 404].contains(admin.client.get(path).status), "\(path)")
            }
            let asked = try await admin.client.get("/snapshot")
            #expect(asked.status == 200 && asked.headers["content-type"] == "application/json")
            let document = try #require(try JSONSerialization.jsonObject(with: Data(asked.body)) as? [String: Any])
            #expect((document["hello"] as? [String: Any])?["role"] as? String == "test")
            #expect((document["snapshot"] as? [String: Any])?["checks"] != nil)
            streams[7].close()
            // It is noticed when the next seconds' events find nobody; a try a second, and no more than sixty.
            var isIn = false
            for _ in 0..<60 where !isIn {
                guard await streams[0].next("snapshot") != nil else { break }
                let stream = try admin.client.events("/events")
                streams.append(stream)
                isIn = await stream.next("hello") != nil
            }
            #expect(isIn)
            for stream in streams { stream.close() }
        }
    }

    @Test("a stream that is asked for its head alone takes nobody's place")
    func head() async throws {
        let admin = try AdminFixture()
        try await admin.serving {
            for _ in 0..<40 {
                let answer = try await admin.client.send("HEAD", "/events")
                #expect(answer.status == 200 && answer.headers["content-type"] == "text/event-stream")
            }
        }
    }

    @Test("the end of the worker ends the streams, and whoever comes later is turned away")
    func stop() async throws {
        let admin = try AdminFixture()
        let server = try #require(await AdminServer.start(admin.healthService))
        let stream = try admin.client.events("/events")
        _ = try #require(await stream.next("hello"))
        await server.stop()
        #expect(await stream.next("never") == nil)
        #expect(throws: POSIXError.self) { try admin.client.events("/events") }
    }
}

import Foundation
import TestSupport
import Testing

@testable import Worker

@Suite("What the admin port answers", .timeLimit(.minutes(5)))
struct AdminHandlerTests {
    @Test("the page and what belongs to it, with headers that let it load nothing else")
    func page() async throws {
        let admin = try AdminFixture()
        try await admin.serving {
            for (path, type) in [
                ("/", "text/html; charset=utf-8"), ("/live.css", "text/css; charset=utf-8"),
                ("/fleet", "text/html; charset=utf-8"), ("/fleet.js", "text/javascript; charset=utf-8"),
                ("/page.css", "text/css; charset=utf-8"), ("/page.js", "text/javascript; charset=utf-8"),
                ("/chart.js", "text/javascript; charset=utf-8"), ("/gallery.js", "text/javascript; charset=utf-8"),
                ("/fleet.json", "application/json"),
                ("/live.js", "text/javascript; charset=utf-8"), ("/livez", "text/plain; charset=utf-8"),
                ("/metrics", "text/plain; version=0.0.4; charset=utf-8"), ("/?a=b", "text/html; charset=utf-8"),
            ] {
                let answer = try await admin.client.get(path)
                #expect(answer.status == 200 && answer.headers["content-type"] == type, "\(path)")
                #expect(!answer.body.isEmpty && answer.headers["content-length"] == "\(answer.body.count)")
                Self.expectSafe(answer, path)
                let head = try await admin.client.send("HEAD", path)
                #expect(head.status == 200 && head.headers["content-type"] == type && head.body.isEmpty, "\(path)")
            }
        }
    }

    @Test("nothing is where nothing is, and nothing can be changed")
    func refusals() async throws {
        let admin = try AdminFixture()
        try await admin.serving {
            for path in [
                "/nothing", "/live.html", "/images/", "/images/1", "/images/x", "/images/-1",
                "/images/99999999999999999999", "/images/../../etc/passwd", "/%2e%2e/etc/passwd",
            ] {
                let answer = try await admin.client.get(path)
                #expect(answer.status == 404, "\(path)")
                Self.expectSafe(answer, path)
            }
            for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
                for path in ["/", "/metrics", "/events", "/nothing"] {
                    let answer = try await admin.client.send(method, path)
                    #expect(answer.status == 405 && answer.headers["allow"] == "GET, HEAD", "\(method) \(path)")
                    Self.expectSafe(answer, path)
                }
            }
        }
    }

    @Test("what is asked by a name that somebody else may point here is not answered, also where it is only a probe")
    func hosts() async throws {
        let admin = try AdminFixture(flags: ["--admin-names", "moth.example, worker"])
        try await admin.serving {
            for (host, status) in [
                ("localhost", 200), ("127.0.0.1:9090", 200), ("[::1]", 200), ("moth.example:80", 200), ("WORKER", 200),
                ("evil.example", 421), ("evil.example:9090", 421), ("127.0.0.1.evil.example", 421), ("192.0.2.1", 421),
            ] {
                for path in [
                    "/", "/events", "/fleet", "/fleet.json", "/metrics", "/livez", "/snapshot", "/images/1", "/nothing",
                ] {
                    let client = try admin.connect()
                    client.send("HEAD \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
                    let answer = await client.receiveAll()
                    let expected = status == 200 && ["/images/1", "/nothing"].contains(path) ? 404 : status
                    #expect(answer.hasPrefix("HTTP/1.1 \(expected) "), "\(host) \(path): \(answer)")
                    #expect(answer.contains("Content-Security-Policy: default-src 'none';"))
                }
            }
            for text in ["GET /metrics HTTP/1.1\r\n\r\n", "GET /metrics HTTP/1.0\r\n\r\n"] {
                let client = try admin.connect()
                client.send(text)
                let answer = await client.receiveAll()
                #expect(answer.contains(" 400 ") || answer.contains(" 421 "), "\(answer)")
            }
        }
    }

    private static func expectSafe(_ answer: PlainHTTPClient.Answer, _ path: String) {
        let policy = answer.headers["content-security-policy"] ?? ""
        #expect(policy.hasPrefix("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "\(path)")
        #expect(!policy.contains("unsafe") && !policy.contains("*"), "\(path)")
        #expect(answer.headers["x-content-type-options"] == "nosniff", "\(path)")
        #expect(answer.headers["referrer-policy"] == "no-referrer", "\(path)")
        #expect(answer.headers["cross-origin-resource-policy"] == "same-origin", "\(path)")
        #expect(answer.headers["cache-control"] == "no-store", "\(path)")
    }

    @Test("not ready before the models are there, then as its checks say, and no more once it drains")
    func readiness() async throws {
        let (admin, role) = (try AdminFixture(), PretendedRole())
        try await admin.serving {
            func expect(_ status: Int, _ text: String, _ metrics: [String: Double]) async throws {
                let answer = try await admin.client.get("/readyz")
                #expect(answer.status == status && answer.text == text)
                let page = try await admin.metrics()
                #expect(page.value("antenna_worker_ready") == (status == 200 ? 1 : 0))
                let shown = page.samples(of: "antenna_worker_readiness").map { ($0.labels["check"] ?? "", $0.value) }
                #expect(Dictionary(uniqueKeysWithValues: shown) == metrics)
            }
            try await expect(503, "models: still loading\n", ["models": 0])
            admin.healthService.begin(role.health)
            try await expect(200, "models: ok\nbroker: ok\ndraining: ok\n", ["models": 1, "broker": 1, "draining": 1])
            role.problem = "gone for lunch"
            try await expect(
                503,
                "models: ok\nbroker: gone for lunch\ndraining: ok\n",
                ["models": 1, "broker": 0, "draining": 1]
            )
            role.problem = nil
            try await expect(200, "models: ok\nbroker: ok\ndraining: ok\n", ["models": 1, "broker": 1, "draining": 1])
            admin.healthService.lifecycle.drain()
            try await expect(
                503,
                "models: ok\nbroker: ok\ndraining: the worker is finishing what it has in hand\n",
                ["models": 1, "broker": 1, "draining": 0]
            )
            #expect(try await admin.metrics().value("antenna_worker_draining") == 1)
        }
    }

    @Test("alive while parts move, and not while one is stuck, which it names")
    func liveness() async throws {
        let (admin, role) = (try AdminFixture(flags: ["--stall-after", "60"]), PretendedRole())
        let watchdog = admin.healthService.makeWatchdog()
        admin.healthService.begin(role.health)
        try await admin.serving {
            #expect(try await admin.client.get("/livez").text == "ok\n")
            role.reading = .init(held: 3, passed: 4)
            // As far apart as looks may be: a gap, and the pool has its time to answer.
            for second in stride(from: 0, through: 90, by: 10) {
                #expect(try await admin.client.get("/livez").status == 200)
                watchdog.look(at: .seconds(second))
            }
            let stuck = try await admin.client.get("/livez")
            #expect(stuck.status == 503 && stuck.text == "image holds tasks and moved none for 90 s\n")
            let page = try await admin.metrics()
            #expect(page.value("antenna_worker_part_stalled_seconds", ["part": "image"]) == 90)
            #expect(page.value("antenna_worker_part_stalled_seconds", ["part": "settlement"]) == 90)
            #expect(page.value("antenna_worker_stall_after_seconds", ["part": "image"]) == 90)
            #expect(page.value("antenna_worker_stall_after_seconds", ["part": "settlement"]) == 0)
            #expect(page.value("antenna_worker_stall_after_seconds", ["part": "runtime"]) == 60)
            #expect(page.value("antenna_worker_part_tasks", ["part": "image"]) == 3)
            role.reading = .init(held: 3, passed: 5)
            watchdog.look(at: .seconds(91))
            #expect(try await admin.client.get("/livez").status == 200)
        }
    }

    @Test("a process that has grown beyond its limit drains, and tells systemd that it ends")
    func grown() async throws {
        let path = "@antenna-worker-\(UUID().uuidString)"
        let socket = try DatagramSocket(path)
        for (flags, drains) in [(["--max-rss", "1MiB"], true), (["--max-rss", "1TiB"], false), ([], false)] {
            let admin = try AdminFixture(flags: flags, systemd: ["NOTIFY_SOCKET": path])
            let watchdog = admin.healthService.makeWatchdog()
            for second in 0...3 { watchdog.look(at: .seconds(second)) }
            #expect(admin.healthService.lifecycle.isDraining == drains, "\(flags)")
            #expect(socket.takeAll() == (drains ? ["STOPPING=1"] : []))
        }
    }

    @Test("a port that is taken and an address that is none cost the page alone, and are logged with what helps")
    func taken() async throws {
        let log = CapturedLog()
        let (descriptor, port) = try LoopbackPort.listen()
        defer { close(descriptor) }
        for flags in [["--admin-port", "\(port)"], ["--admin-host", "elsewhere"], ["--admin-host", "192.0.2.1"]] {
            let admin = try AdminFixture(flags: flags, logger: log.logger)
            #expect(await AdminServer.start(admin.healthService) == nil)
        }
        #expect(log.warnings.count == 3)
        #expect(log.warnings.allSatisfy { $0.contains("--admin-port") })
        #expect(log.warnings.first?.contains("127.0.0.1:\(port)") == true, "\(log.warnings)")
        let none = try AdminFixture(flags: ["--admin-port", "0"], logger: log.logger)
        #expect(await AdminServer.start(none.healthService) == nil)
        #expect(log.warnings.count == 3, "no port is no mistake")
    }
}

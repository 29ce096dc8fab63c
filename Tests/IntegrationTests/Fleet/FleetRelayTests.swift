import Antenna
import Broker
import Concurrency
import LocalAntenna
import Logging
import Pipeline
import Relay
import Synchronization
import Telemetry
import TestSupport
import Testing
import Transport
import WorkerTestSupport

extension BrokerTests {
    @Suite("Relay between Antenna and RabbitMQ", .serialized, .timeLimit(.minutes(5)))
    struct FleetRelayTests {
        func makeAntenna(_ fixture: BrokerFixture, tasks: Int) async throws -> LocalAntennaServer {
            var configuration = LocalAntennaConfiguration()
            configuration.jobs = (0..<2).map { _ in
                JobSeed(
                    pipelineSlug: fixture.pipeline,
                    cycling: [.address("http://127.0.0.1:9/a.jpg")],
                    count: tasks / 2
                )
            }
            let antenna = LocalAntennaServer(configuration: configuration, logger: fixture.logger)
            try await antenna.start()
            try await fixture.observer.delete(queue: AMQPTopology.relayResultsQueue)
            return antenna
        }

        /// The one that the relays have; the local Antenna wants none.
        let token = "relay-token"

        func makeRelay(_ fixture: BrokerFixture, _ antenna: LocalAntennaServer) throws -> Relay {
            try makeRelay(fixture, baseURL: antenna.baseURL)
        }

        func makeRelay(
            _ fixture: BrokerFixture,
            baseURL: String,
            publishing: AMQPConnection? = nil,
            _ adjust: (inout RelaySettings) -> Void = { _ in }
        ) throws -> Relay {
            var rest = RESTSourceSettings(baseURL: baseURL)
            rest.authToken = token
            rest.minimumIdleDelay = .milliseconds(100)
            rest.maximumIdleDelay = .milliseconds(200)
            rest.jobRefreshInterval = .milliseconds(200)
            var settings = RelaySettings(pipelines: [fixture.pipeline])
            settings.backoff = Backoff(first: .milliseconds(20), most: .milliseconds(100), jitter: 0.1...1)
            adjust(&settings)
            let configuration = try AMQPConfiguration(url: fixture.url)
            return Relay(
                settings: settings,
                antenna: rest,
                client: try rest.makeClient(http: AntennaHTTP(client: try HTTPClient())),
                consuming: try AMQPConnection(configuration: configuration, logger: fixture.logger),
                publishing: try publishing ?? AMQPConnection(configuration: configuration, logger: fixture.logger),
                logger: fixture.logger
            )
        }

        /// An Antenna without jobs that takes every result for which nothing else is said.
        func makeServer(
            result: @escaping @Sendable (_ request: String) -> String? = { _ in nil }
        ) throws -> RawHTTPServer {
            try RawHTTPServer { connection in
                while let request = connection.readRequest() {
                    let json = "Content-Type: application/json\r\n"
                    if !request.hasPrefix("POST ") {
                        connection.answer(headers: json, body: #"{"count":0,"next":null,"previous":null,"results":[]}"#)
                    } else if let status = result(request) {
                        connection.answer(status, headers: json, body: "{}")
                    } else {
                        connection.answer(headers: json, body: #"{"status":"accepted","results_queued":1,"tasks":[]}"#)
                    }
                }
            }
        }

        /// Publishes the result of a task that some relay has reserved.
        func publishResult(
            _ id: String,
            subject: String = "s",
            relay: String = "r",
            _ fixture: BrokerFixture
        ) async throws {
            let ticket = RelayTicket(relay: relay, jobID: 1, replySubject: subject)
            try await fixture.observer.publish(
                AMQPMessage(
                    body: Array(#"{"error":"e","image_id":"1"}"#.utf8),
                    messageID: id,
                    correlationID: RelaySeal(token: token).seal(ticket, of: id)
                ),
                routingKey: AMQPTopology.relayResultsQueue
            )
        }

        /// Answers whatever is in the task queue until drained.
        func answerAll(_ source: AMQPTaskSource) async {
            await withDiscardingTaskGroup { group in
                group.addTask { await source.run() }
                while let delivery = await source.nextDelivery() {
                    group.addTask {
                        do {
                            try await delivery.settle(.answered(.error("no image", for: delivery.message.task)))
                        } catch {
                            Issue.record(error)
                        }
                    }
                }
            }
        }

        @Test(
            "Every task of two jobs is answered once through two relays, whichever exchange the worker uses",
            arguments: [
                "", AMQPTopology.resultsExchange,
            ]
        )
        func twoRelays(exchange: String) async throws {
            let fixture = try await BrokerFixture()
            let antenna = try await makeAntenna(fixture, tasks: 120)
            let relays = try [makeRelay(fixture, antenna), makeRelay(fixture, antenna)]
            let source = try fixture.taskSource { $0.resultsExchange = exchange }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for relay in relays { group.addTask { try await relay.run() } }
                group.addTask { await answerAll(source) }
                try await eventually { antenna.counts().saved == 120 }
                try await eventually { relays.allSatisfy { $0.outstanding == 0 } }
                for relay in relays { relay.drain() }
                source.drain()
                try await group.waitForAll()
            }
            let counts = antenna.counts()
            #expect(counts.isExactlyOnce && counts.redeliveries == 0 && counts.savedErrors == 120, "\(counts)")
            #expect(relays.reduce(0) { $0 + $1.statistics.posted.value } == 120)
            #expect(relays.reduce(0) { $0 + $1.statistics.published.value } == 120)
            await antenna.stop()
            try await fixture.discard()
        }

        @Test("A relay that is started later posts what an earlier one has reserved")
        func restarted() async throws {
            let fixture = try await BrokerFixture()
            let antenna = try await makeAntenna(fixture, tasks: 8)
            let first = try makeRelay(fixture, antenna)
            let running = Task { try await first.run() }
            try await eventually { first.statistics.published.value == 8 }
            first.drain()
            try await running.value
            let source = try fixture.taskSource()
            let answering = Task { await answerAll(source) }
            try await eventually { source.statistics.answered.value == 8 }
            source.drain()
            await answering.value
            #expect(antenna.counts().saved == 0)
            let second = try makeRelay(fixture, antenna)
            let again = Task { try await second.run() }
            try await eventually { antenna.counts().saved == 8 }
            second.drain()
            try await again.value
            #expect(antenna.counts().isExactlyOnce && second.statistics.published.value == 0)
            await antenna.stop()
            try await fixture.discard()
        }

        @Test("Of a result that Antenna's proxy finds too large an error goes out, and the result is a dead letter")
        func tooLarge() async throws {
            let fixture = try await BrokerFixture()
            let posts = Mutex<[String]>([])
            let server = try RawHTTPServer { connection in
                while let request = connection.readRequest() {
                    let isPost = request.hasPrefix("POST ") && request.contains("reply_subject")
                    if isPost { posts.withLock { $0.append(request) } }
                    if request.utf8.count > 4_000 {
                        connection.answer("413 Content Too Large", body: "<html>nginx</html>")
                    } else {
                        let body =
                            isPost
                            ? #"{"status":"accepted","results_queued":1,"tasks":[]}"#
                            : #"{"count":0,"next":null,"previous":null,"results":[]}"#
                        connection.answer(headers: "Content-Type: application/json\r\n", body: body)
                    }
                }
            }
            defer { server.stop() }
            try await fixture.observer.delete(queue: AMQPTopology.relayResultsQueue)
            let relay = try makeRelay(fixture, baseURL: server.base)
            let running = Task { try await relay.run() }
            try await fixture.untilConnected {
                try await fixture.observer.purge(queue: "\(AMQPTopology.relayDeadLetters)")
                let ticket = RelayTicket(relay: "r", jobID: 1, replySubject: "s")
                let filler = String(repeating: "x", count: 8_000)
                try await fixture.observer.publish(
                    AMQPMessage(
                        body: Array(#"{"pipeline":"\#(filler)","source_images":[{"id":"77"}],"detections":[]}"#.utf8),
                        messageID: "7",
                        correlationID: RelaySeal(token: token).seal(ticket, of: "7")
                    ),
                    routingKey: AMQPTopology.relayResultsQueue
                )
            }
            try await eventually { relay.statistics.refused.value == 1 }
            let last = try #require(posts.withLock { $0.last })
            #expect(last.contains(#""reply_subject":"s""#) && last.contains(#""image_id":"77""#), "\(last)")
            #expect(last.contains("(413)") && last.contains("--scores top:N"), "\(last)")
            relay.drain()
            try await running.value
            let letter = try #require(
                try await fixture.takeAll("\(AMQPTopology.relayDeadLetters)").map(DeadLetter.init).first
            )
            #expect(letter.original.messageID == "7" && letter.original.body.count > 8_000)
            #expect(letter.reason.contains("413"), "\(letter.reason)")
            try await fixture.discard()
        }

        @Test(
            "Results that Antenna always answers with a fault keep no place from others, and are dead letters in the end"
        )
        func alwaysFailing() async throws {
            let fixture = try await BrokerFixture()
            let server = try makeServer { $0.contains("poison") ? "500 Internal Server Error" : nil }
            defer { server.stop() }
            try await fixture.observer.delete(queue: AMQPTopology.relayResultsQueue)
            let relay = try makeRelay(fixture, baseURL: server.base) { settings in
                (settings.postsInFlight, settings.triesATurn, settings.mostTurns) = (2, 3, 2)
            }
            let running = Task { try await relay.run() }
            try await fixture.untilConnected {
                try await fixture.observer.purge(queue: "\(AMQPTopology.relayDeadLetters)")
                // As many as there are places.
                for id in ["1", "2"] { try await publishResult(id, subject: "poison", fixture) }
            }
            try await publishResult("3", fixture)
            try await eventually { relay.statistics.posted.value == 1 }
            let next = Mutex(4)
            try await eventually {
                let id = next.withLock { next in
                    next += 1
                    return next
                }
                try await publishResult("\(id)", fixture)
                return relay.statistics.refused.value == 2
            }
            relay.drain()
            try await running.value
            let letters = try await fixture.takeAll("\(AMQPTopology.relayDeadLetters)").map(DeadLetter.init)
            #expect(Set(letters.map(\.original.messageID)) == ["1", "2"] && letters.allSatisfy { $0.attempts > 0 })
            let reason = "in 2 turns of 3 tries Antenna took others and not this one: "
            #expect(letters.allSatisfy { $0.reason.hasPrefix(reason) })
            try await fixture.discard()
        }

        @Test("A drain does not wait until another relay can be told of an answer")
        func noticeWithoutBroker() async throws {
            let broker = try await RabbitMQServer.shared()
            let fixture = try await BrokerFixture()
            let proxy = try TCPProxy(to: broker.port)
            defer { proxy.stop() }
            let server = try makeServer()
            defer { server.stop() }
            try await fixture.observer.delete(queue: AMQPTopology.relayResultsQueue)
            let url = fixture.url.replacing(":\(broker.port)/", with: ":\(proxy.port)/")
            let publishing = try AMQPConnection(configuration: AMQPConfiguration(url: url), logger: fixture.logger)
            let relay = try makeRelay(fixture, baseURL: server.base, publishing: publishing)
            let running = Task { try await relay.run() }
            try await eventually { publishing.state.isLoggedIn }
            proxy.cut()
            try await eventually { !publishing.state.isLoggedIn }
            try await fixture.untilConnected { try await publishResult("1", relay: "another", fixture) }
            try await eventually { relay.statistics.posted.value == 1 }
            relay.drain()
            try await running.value
            try await fixture.discard()
        }

        @Test("A task that is too large for the broker is answered with an error, and not reserved again and again")
        func taskTooLarge() async throws {
            let fixture = try await BrokerFixture()
            let antenna = try await makeAntenna(fixture, tasks: 2)
            var configuration = try AMQPConfiguration(url: fixture.url)
            configuration.messageLimit = 100
            let publishing = try AMQPConnection(configuration: configuration, logger: fixture.logger)
            let relay = try makeRelay(fixture, baseURL: antenna.baseURL, publishing: publishing)
            let running = Task { try await relay.run() }
            try await eventually { antenna.counts().savedErrors == 2 }
            try await eventually { relay.outstanding == 0 }
            relay.drain()
            try await running.value
            #expect(antenna.counts().isExactlyOnce && relay.statistics.published.value == 0)
            await antenna.stop()
            try await fixture.discard()
        }

        @Test("Of two copies of a result that come while the first is being posted one is posted")
        func twoCopies() async throws {
            let fixture = try await BrokerFixture()
            let posts = Mutex(0)
            let isOpen = Mutex(false)
            let server = try RawHTTPServer { connection in
                while let request = connection.readRequest() {
                    guard request.hasPrefix("POST ") else {
                        connection.answer(body: #"{"count":0,"next":null,"previous":null,"results":[]}"#)
                        continue
                    }
                    posts.withLock { $0 += 1 }
                    // The copy is to come meanwhile.
                    while !isOpen.withLock(\.self), connection.isOpen(forMilliseconds: 20) {}
                    connection.answer(body: #"{"status":"accepted","results_queued":1,"tasks":[]}"#)
                }
            }
            defer { server.stop() }
            try await fixture.observer.delete(queue: AMQPTopology.relayResultsQueue)
            let relay = try makeRelay(fixture, baseURL: server.base)
            let running = Task { try await relay.run() }
            let ticket = RelayTicket(relay: "r", jobID: 1, replySubject: "s")
            let copy = AMQPMessage(
                body: Array(#"{"error":"e","image_id":"1"}"#.utf8),
                messageID: "7",
                correlationID: RelaySeal(token: token).seal(ticket, of: "7")
            )
            try await fixture.untilConnected {
                for _ in 0..<2 { try await fixture.observer.publish(copy, routingKey: AMQPTopology.relayResultsQueue) }
            }
            try await eventually {
                let waiting = try await fixture.observer.status(ofQueue: AMQPTopology.relayResultsQueue).messages
                return waiting == 0 && posts.withLock { $0 > 0 }
            }
            isOpen.withLock { $0 = true }
            try await eventually { relay.statistics.duplicates.value >= 1 }
            #expect(relay.statistics.posted.value == 1 && posts.withLock(\.self) == 1)
            relay.drain()
            try await running.value
            try await fixture.discard()
        }

        @Test(
            "What is no result of a relayed task, or no JSON object, goes to the dead letters of the relays, and nothing of it to Antenna"
        )
        func foreign() async throws {
            let fixture = try await BrokerFixture()
            let antenna = try await makeAntenna(fixture, tasks: 0)
            let ticket = RelayTicket(relay: "r", jobID: 1, replySubject: "s")
            let good = Array(#"{"error":"e","image_id":"1"}"#.utf8)
            let forged = [
                AMQPMessage(body: good, messageID: "1", correlationID: "something else"),
                AMQPMessage(body: good, messageID: "2", correlationID: "antenna-relay-1 r 1 s"),
                AMQPMessage(body: good, messageID: "3", correlationID: RelaySeal(token: "other").seal(ticket, of: "3")),
                AMQPMessage(body: good, messageID: "4", correlationID: RelaySeal(token: token).seal(ticket, of: "5")),
                AMQPMessage(
                    body: Array(#"{}}],"evil":{"a":[{"b":{}"#.utf8),
                    messageID: "6",
                    correlationID: RelaySeal(token: token).seal(ticket, of: "6")
                ),
            ]
            let relay = try makeRelay(fixture, antenna)
            let running = Task { try await relay.run() }
            try await eventually {
                do throws(TransportError) {
                    return try await fixture.observer.status(ofQueue: AMQPTopology.relayResultsQueue).consumers == 1
                } catch {
                    return false
                }
            }
            try await fixture.observer.purge(queue: "\(AMQPTopology.relayDeadLetters)")
            for message in forged {
                try await fixture.observer.publish(message, routingKey: AMQPTopology.relayResultsQueue)
            }
            try await eventually { relay.statistics.refused.value == forged.count }
            #expect(antenna.counts().saved == 0 && antenna.counts().refused == 0)
            relay.drain()
            try await running.value
            let letters = try await fixture.takeAll("\(AMQPTopology.relayDeadLetters)").map(DeadLetter.init)
            #expect(Set(letters.map(\.original.messageID)) == Set(forged.map(\.messageID)))
            await antenna.stop()
            try await fixture.discard()
        }
    }
}

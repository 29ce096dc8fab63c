import Testing

@testable import Broker
@testable import Transport

@Suite("What AMQP deliveries say about themselves")
struct AMQPJudgementTests {
    func death(_ queue: String, _ reason: String, _ count: Int64) -> AMQPValue {
        .table(["queue": .string(queue), "reason": .string(reason), "count": .int(count)])
    }

    @Test("Attempts are counted by the broker's headers, or at least by its flag")
    func attempts() {
        var message = AMQPMessage.task("1")
        #expect(AMQPDelivery.fake(message).attempts(from: "q") == 0)
        #expect(AMQPDelivery.fake(message, isRedelivered: true).attempts(from: "q") == 1)
        message.headers["x-delivery-count"] = 3
        #expect(AMQPDelivery.fake(message, isRedelivered: true).attempts(from: "q") == 3)
        message.headers["x-death"] = .array([
            death("q", "rejected", 2), death("q", "expired", 9), death("p", "rejected", 9),
        ])
        #expect(AMQPDelivery.fake(message).attempts(from: "q") == 5)
    }

    @Test("A delivery that comes again without a count is of no quorum queue")
    func uncounted() {
        var message = AMQPMessage.task("1")
        #expect(!AMQPDelivery.fake(message).isUncounted)
        #expect(AMQPDelivery.fake(message, isRedelivered: true).isUncounted)
        for header in ["x-delivery-count", "x-acquired-count"] {
            message.headers = [header: 1]
            #expect(!AMQPDelivery.fake(message, isRedelivered: true).isUncounted, "\(header)")
        }
    }

    @Test("A message that the broker itself buried says what the broker wrote")
    func buriedByBroker() {
        var message = AMQPMessage.task("1")
        message.headers["x-death"] = .array([death("antenna.tasks.moths", "delivery_limit", 1)])
        message.headers["x-first-death-queue"] = "antenna.tasks.moths"
        let letter = DeadLetter(.fake(message))
        #expect(letter.queue == "antenna.tasks.moths" && letter.reason.contains("delivery_limit"))
        #expect(letter.original == .task("1"))
    }

    @Test("A reason of any length fits into a header")
    func longReason() {
        let letter = DeadLetter.encode(
            .task("1"),
            from: "q",
            attempts: 1,
            reason: String(repeating: "ä", count: 100_000)
        )
        #expect(letter.headers["x-antenna-reason"]?.string?.utf8.count == 400)
    }

    @Test("Two counts from the edge do not end the worker")
    func hugeCounts() {
        var message = AMQPMessage.task("1")
        message.headers["x-death"] = .array([death("q", "rejected", 1 << 62), death("q", "rejected", 1 << 62)])
        #expect(AMQPDelivery.fake(message).attempts(from: "q") > 1_000_000)
        message.headers["x-death"] = .array([death("q", "rejected", .min)])
        message.headers["x-delivery-count"] = .int(.min)
        #expect(AMQPDelivery.fake(message).attempts(from: "q") == 0)
    }

    @Test("A letter keeps all properties and headers, and waits for as long as it takes")
    func everything() {
        var message = AMQPMessage.task("1")
        message.headers = ["price": .decimal(scale: 2, unscaled: 5), "mine": .array([.table(["a": 1])])]
        (message.priority, message.appID, message.contentEncoding) = (7, "app", "gzip")
        (message.expiration, message.userID, message.timestamp, message.type) = ("60000", "somebody", 9, "kind")
        let letter = DeadLetter.encode(message, from: "q", attempts: 2, reason: "because")
        #expect(letter.expiration == nil && letter.userID == nil)
        let read = DeadLetter(.fake(letter))
        #expect(read.original == message && read.cutHeaders == nil)
        message.headers["CC"] = .array(["antenna.tasks.moths"])
        #expect(DeadLetter.stripped(message).headers["CC"] == nil)
    }

    @Test("A letter always fits: what does not is left out, and named")
    func alwaysFits() {
        var message = AMQPMessage.task("1")
        message.headers = ["traceparent": .string(String(repeating: "t", count: 60_000)), "small": 1]
        let letter = DeadLetter.encode(message, from: "q", attempts: 1, reason: "r")
        #expect(letter.headerSize <= AMQPMessage.surelyFittingHeader)
        #expect(letter.headers["traceparent"] == nil && letter.headers["small"] == 1)
        #expect(DeadLetter(.fake(letter)).cutHeaders == "traceparent")
        let long = String(repeating: "x", count: 255)
        message = AMQPMessage(
            body: [],
            messageID: long,
            correlationID: long,
            contentType: long,
            replyTo: long,
            type: long
        )
        (message.contentEncoding, message.appID, message.userID, message.expiration) = (long, long, long, long)
        for index in 0..<5_000 { message.headers["\(long.prefix(200))\(index)"] = .array([.string(long)]) }
        let worst = DeadLetter.encode(message, from: long, attempts: .max, reason: String(repeating: "ü", count: 9_000))
        #expect(worst.headerSize <= AMQPMessage.surelyFittingHeader)
        #expect(DeadLetter(.fake(worst)).reason.hasPrefix("ü"))
    }

    @Test("The same task of another job, subject or correlation is another result")
    func identity() throws {
        let queue = TaskQueueName(.tasks, pipeline: "moths")
        func name(_ message: AMQPMessage) throws -> ResultKey {
            ResultKey(to: try TaskMessage(message, pipeline: "moths"), from: queue)
        }
        var other = AMQPMessage.task("1")
        other.correlationID = "other"
        let names = try [
            name(.task("1")), name(.task("1", job: 2)), name(.task("1", subject: "b")), name(other), name(.task("2")),
        ]
        #expect(Set(names).count == 5)
        #expect(try name(.task("1")) == names[0])
        #expect(names[0].description.hasPrefix("antenna:done:v1:antenna.tasks.moths:1:"))
    }

    @Test("The memory of confirmed results is bounded, oldest out first")
    func memory() async throws {
        let memory = MemoryConfirmedResultStore(limit: 2)
        let queue = TaskQueueName(.tasks, pipeline: "moths")
        let names = try (0..<3).map {
            ResultKey(to: try TaskMessage(.task("\($0)"), pipeline: "moths"), from: queue)
        }
        for name in [names[0], names[1], names[1], names[2]] { await memory.insert(name) }
        #expect(memory.count == 2)
        #expect(await !memory.contains(names[0]))
        #expect(await memory.contains(names[1]))
        #expect(await memory.contains(names[2]))
    }
}

import Testing

@testable import Transport

@Suite struct AMQPConfigurationTests {
    @Test func whole() throws {
        let configuration = try AMQPConfiguration(url: "amqps://an%20tenna:p%40ss@[::1]:5999/trap%2Fone")
        #expect(configuration.isEncrypted && configuration.host == "::1" && configuration.port == 5999)
        #expect(configuration.user == "an tenna" && configuration.password == "p@ss")
        #expect(configuration.virtualHost == "trap/one")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("p@ss") && !text.contains("p%40ss"))
        }
    }

    @Test(arguments: [
        ("amqp://broker", UInt16(5672), "/"), ("amqp://broker/", 5672, "/"), ("amqps://broker/%2F", 5671, "/"),
        ("amqp://broker:1/v", 1, "v"),
    ])
    func defaults(url: String, port: UInt16, virtualHost: String) throws {
        let configuration = try AMQPConfiguration(url: url)
        #expect(configuration.port == port && configuration.virtualHost == virtualHost)
        #expect(configuration.user == "guest")
    }

    @Test(arguments: ["", "broker", "http://broker", "amqp://", "amqp://h:0", "amqp://h:65536", "amqp://h/a/b"])
    func refused(url: String) {
        #expect(throws: TransportError.self) { try AMQPConfiguration(url: url) }
    }

    @Test("The waits grow to their limit and are never the same for a whole fleet")
    func backoff() {
        // SplitMix64, so that the test draws the same numbers every time.
        struct Seeded: RandomNumberGenerator {
            var state: UInt64
            mutating func next() -> UInt64 {
                state &+= 0x9E37_79B9_7F4A_7C15
                var mixed = state
                mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
                mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
                return mixed ^ (mixed >> 31)
            }
        }
        let backoff = AMQPBackoff(base: .seconds(1), limit: .seconds(10))
        var generator = Seeded(state: 7)
        for (attempt, bound) in [(0, 1.0), (1, 2), (3, 8), (4, 10), (500, 10), (-1, 1)] {
            let waits = (0..<200).map { _ in backoff.delay(attempt: attempt, using: &generator) / .seconds(1) }
            #expect(waits.allSatisfy { $0 >= bound / 10 && $0 <= bound }, "attempt \(attempt)")
            #expect(Set(waits).count > 190, "attempt \(attempt)")
        }
    }

    @Test("What AMQP cannot carry is refused before it is sent")
    func limits() {
        func check(_ message: AMQPMessage, key: String = "q") -> TransportError.Code? {
            let publish = AMQPPublish(id: 1, message: message, exchange: "", routingKey: key, isMandatory: true)
            do throws(TransportError) {
                try publish.check(limit: 10)
                return nil
            } catch {
                return error.code
            }
        }
        let long = String(repeating: "é", count: 128)
        #expect(check(AMQPMessage(body: Array(repeating: 1, count: 10))) == nil)
        #expect(check(AMQPMessage(body: Array(repeating: 1, count: 11))) == .tooLarge)
        #expect(check(AMQPMessage(body: []), key: long) == .tooLarge)
        #expect(check(AMQPMessage(body: [], messageID: long)) == .tooLarge)
        #expect(check(AMQPMessage(body: [], headers: [long: 1])) == .tooLarge)
        let deep = AMQPValue.array([.table(["a": .string(String(repeating: "x", count: 4000))])])
        #expect(check(AMQPMessage(body: [], headers: ["h": deep])) == .tooLarge)
    }

    @Test func deaths() {
        let message = AMQPMessage(
            body: [],
            headers: [
                "x-delivery-count": 3,
                "x-death": .array([
                    .table([
                        "queue": "tasks", "reason": "delivery_limit", "count": 2, "exchange": "",
                        "routing-keys": .array(["tasks"]),
                    ]), "nonsense",
                ]),
            ]
        )
        let delivery = AMQPDelivery(
            message: message,
            exchange: "",
            routingKey: "",
            isRedelivered: true,
            deliveryTag: 1,
            epoch: AMQPChannelEpoch(channel: 3, opening: 1)
        )
        #expect(delivery.deliveryCount == 3 && delivery.deaths.count == 1)
        #expect(delivery.deaths.first?.reason == "delivery_limit" && delivery.deaths.first?.count == 2)
    }
}

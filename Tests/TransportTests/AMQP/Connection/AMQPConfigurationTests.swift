import Concurrency
import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite struct AMQPConfigurationTests {
    @Test func whole() throws {
        let configuration = try AMQPConfiguration(url: "amqps://an%20tenna:p%40ss@[::1]:5999/trap%2Fone")
        #expect(configuration.isEncrypted && configuration.hosts == [HostPort(host: "::1", port: 5999)])
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
        #expect(configuration.hosts.map(\.port) == [port] && configuration.virtualHost == virtualHost)
        #expect(configuration.user == "guest")
    }

    @Test(arguments: ["", "broker", "http://broker", "amqp://", "amqp://h:0", "amqp://h:65536", "amqp://h/a/b"])
    func refused(url: String) {
        #expect(throws: TransportError.self) { try AMQPConfiguration(url: url) }
    }

    @Test("The nodes of a cluster are a list; a heartbeat is a parameter")
    func list() throws {
        let configuration = try AMQPConfiguration(url: "amqp://u:p@a:5673,b,[::1]:7,b/traps?heartbeat=5")
        #expect(configuration.hosts.map(\.description) == ["a:5673", "b:5672", "[::1]:7"])
        #expect(configuration.virtualHost == "traps" && configuration.heartbeat == .seconds(5))
        #expect("\(configuration)" == "amqp://u:***@a:5673,b:5672,[::1]:7/traps")
    }

    @Test(
        "What cannot be used is refused, and no part of it is shown",
        arguments: [
            "amqp://user:SECRET@x@SECHOST/", "amqp://user:SEC/RET@SECHOST/", "amqp://user:SECRET?PW@SECHOST/",
            "amqp://user:SECRET#PW@SECHOST/", "amqp://user:SECRET@a,,b/", "amqp://user:SECRET@a:b:c/",
            "amqp://user:SECRET@SECHOST/v?heartbeat=0", "amqp://user:SECRET@SECHOST/v?SECRET=1",
            "amqp://us%0Aer:SECRET@SECHOST/",
            "amqp://user:SECRET%@SECHOST/", "amqp://user:SECRET@SECHOST/v%1b[2J",
            "amqp://user:SECRET@SECHO\u{1b}[2JST/",
        ]
    )
    func refusedUnseen(url: String) {
        let error = #expect(throws: TransportError.self) { try AMQPConfiguration(url: url) }
        #expect(error.map { "\($0)".contains("SEC") } == false)
    }

    @Test("User and password are those that the file of the URL holds at the login")
    func renewed() throws {
        let file = try PackagePaths.scratch("amqp-url").appending(path: "url")
        defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
        var configuration = try AMQPConfiguration(url: "amqp://old:old@here/")
        #expect(configuration.renewed() == configuration)
        configuration.urlFile = SecretFile(path: file.path)
        #expect(configuration.renewed() == configuration, "no such file")
        try Data("amqp://new:n%40w@elsewhere/other\n".utf8).write(to: file)
        let renewed = configuration.renewed()
        #expect(renewed.user == "new" && renewed.password == "n@w")
        #expect(renewed.hosts == configuration.hosts && renewed.virtualHost == "/")
        try Data("half a URL".utf8).write(to: file)
        #expect(configuration.renewed() == configuration)
    }

    @Test("What AMQP cannot carry is refused before it is sent")
    func limits() {
        func check(_ message: AMQPMessage, key: String = "q") -> TransportError.Code? {
            let publish = AMQPPublish(
                id: 1,
                message: message,
                exchange: "",
                routingKey: key,
                isMandatory: true,
                lane: .batch
            )
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
        let deep = AMQPValue.array([.table(["a": .string(String(repeating: "x", count: 124_000))])])
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

import Foundation
import Logging
import Telemetry
import TestSupport
import Testing

@testable import Transport

extension ServerTests {
    /// `amqps://` against a broker that demands a client certificate, with an authority made for this one run.
    @Suite(.timeLimit(.minutes(5)))
    struct AMQPTLSTests {
        @Test(
            "A broker is trusted by its authority and its name; a client by its certificate; anything less is refused"
        )
        func verified() async throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "amqp-tls-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            func file(_ name: String) -> String { folder.appending(path: name).path }
            try await TestCertificates.make(in: folder)
            let port = try LoopbackPort.free(1)[0]
            let broker = try await RabbitMQServer(configuration: [
                "listeners.ssl.1 = 127.0.0.1:\(port)",
                "listeners.ssl.2 = 127.0.0.2:\(port)",
                "ssl_options.cacertfile = \(file("authority.pem"))",
                "ssl_options.certfile = \(file("leaf.pem"))",
                "ssl_options.keyfile = \(file("leaf.key"))",
                "ssl_options.verify = verify_peer",
                "ssl_options.fail_if_no_peer_cert = true",
            ])
            // A broker may listen for TLS only after it has answered without.
            try await eventually {
                guard let descriptor = try? LoopbackPort.connect(to: port) else { return false }
                return close(descriptor) == 0
            }
            func attempt(host: String, _ tls: AMQPConfiguration.TLS) async -> TransportError? {
                do {
                    var configuration = try AMQPConfiguration(url: "amqps://\(host):\(port)")
                    configuration.tls = tls
                    let connection = try await AMQPConnection.connect(configuration, logger: Logger(label: "test"))
                    let queue = "tls"
                    try await connection.declare(.queue(name: queue))
                    try await connection.publish(
                        AMQPMessage(body: [UInt8](repeating: 7, count: 3 << 20)),
                        routingKey: queue
                    )
                    let fetched = try await connection.get(queue: queue)
                    #expect(fetched?.delivery.message.body.count == 3 << 20)
                    await connection.close()
                    return nil
                } catch {
                    return error
                }
            }
            // A broker that is busy may be late, which says nothing of trust.
            func failure(host: String = "localhost", _ tls: AMQPConfiguration.TLS) async throws -> TransportError? {
                var failure: TransportError?
                try await eventually {
                    failure = await attempt(host: host, tls)
                    return failure?.code != .timedOut
                }
                return failure
            }
            func code(host: String = "localhost", _ tls: AMQPConfiguration.TLS) async throws -> TransportError.Code? {
                try await failure(host: host, tls)?.code
            }
            let whole = AMQPConfiguration.TLS(
                authorities: file("authority.pem"),
                clientCertificate: file("leaf.pem"),
                clientKey: file("leaf.key")
            )
            #expect(try await code(whole) == nil)
            #expect(try await code(host: "127.0.0.2", whole) == nil, "an address in the certificate")
            var tls = whole
            tls.authorities = nil
            #expect(try await code(tls) == .tls, "an authority that nobody knows")
            let otherName = try await failure(host: "127.0.0.1", whole)
            #expect(otherName?.code == .tls, "another name than the certificate's")
            #expect(otherName?.message == "no trusted TLS connection to 127.0.0.1:\(port): IP address mismatch")
            #expect(
                try await code(AMQPConfiguration.TLS(authorities: file("authority.pem"))) != nil,
                "no client certificate"
            )
            tls = whole
            tls.clientKey = nil
            #expect(try await code(tls) == .configuration)
            tls.clientKey = file("missing.key")
            #expect(try await code(tls) == .configuration)
            tls = whole
            tls.authorities = file("missing.pem")
            #expect(try await code(tls) == .configuration)
            try await broker.discard()
        }
    }
}

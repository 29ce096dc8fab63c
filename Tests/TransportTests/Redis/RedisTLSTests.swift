import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Transport

extension ServerTests {
    /// `rediss://` against a server with the certificate of an authority made for this one run.
    @Suite(.serialized, .timeLimit(.minutes(5)))
    struct RedisTLSTests {
        @Test(
            "A server is trusted by its authority and its name, and by nothing less",
            .enabled(if: RedisConfiguration.hasTLS)
        )
        func verified() async throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "redis-tls-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            func file(_ name: String) -> String { folder.appending(path: name).path }
            try await TestCertificates.make(in: folder)
            let port = try LoopbackPort.free(1)[0]
            let server = try await RedisServer(
                arguments: [
                    "--bind", "127.0.0.1", "127.0.0.2", "--tls-port", "\(port)", "--tls-auth-clients", "no",
                    "--tls-cert-file",
                    file("leaf.pem"), "--tls-key-file", file("leaf.key"), "--tls-ca-cert-file", file("authority.pem"),
                ]
            )
            func failure(_ host: String, port: UInt16 = port, authorities: String?) async throws -> TransportError? {
                var configuration = try RedisConfiguration(url: "rediss://\(host):\(port)/1")
                configuration.authorities = authorities
                // The name alone counts, not what the system says it stands for.
                let client = try RedisClient(configuration: configuration, connections: 2) {
                    host throws(TransportError) in
                    [HostAddress(host: host, numeric: host.host == "localhost" ? "127.0.0.1" : host.host)]
                }
                defer { client.close() }
                let sent = UnsafeMutableRawBufferPointer.allocate(byteCount: 5_000_003, alignment: 16)
                let received = UnsafeMutableRawBufferPointer.allocate(byteCount: 5_000_003, alignment: 16)
                defer {
                    sent.deallocate()
                    received.deallocate()
                }
                nonisolated(unsafe) let place = received
                for index in sent.indices { sent[index] = UInt8(truncatingIfNeeded: index &* 31 &+ index >> 8) }
                do throws(TransportError) {
                    for _ in 0..<3 {
                        let parts = [UnsafeRawBufferPointer(sent)[..<7], UnsafeRawBufferPointer(sent)[7...]]
                        try await client.set(
                            "a",
                            parts: parts.map(UnsafeRawBufferPointer.init(rebasing:)),
                            ttl: .seconds(60)
                        )
                        #expect(try await client.get("a", into: { _ in place }) == sent.count)
                        #expect(sent.elementsEqual(received))
                        #expect(try await client.bytes(of: "a", from: 1, through: 2) == [sent[1], sent[2]])
                        received.initializeMemory(as: UInt8.self, repeating: 0)
                    }
                    return nil
                } catch {
                    return error
                }
            }
            let authority = file("authority.pem")
            var error = try await failure("localhost", authorities: authority)
            #expect(error?.code == nil)
            error = try await failure("127.0.0.2", authorities: authority)
            #expect(error?.code == nil, "an address in the certificate")
            error = try await failure("127.0.0.1", authorities: authority)
            #expect(error?.code == .tls, "another name than the certificate's")
            error = try await failure("localhost", authorities: nil)
            #expect(error?.code == .tls, "an authority that nobody knows")
            error = try await failure("localhost", authorities: file("missing.pem"))
            #expect(error?.code == .configuration)
            error = try await failure("localhost", port: server.port, authorities: authority)
            #expect(error != nil, "a port without TLS")
            try await server.discard()
        }

        @Test(
            "Where hiredis has no TLS, that is said before anything is sent",
            .enabled(if: !RedisConfiguration.hasTLS)
        )
        func missing() {
            let error = #expect(throws: TransportError.self) {
                try RedisConfiguration(url: "rediss://:SECRET@localhost")
            }
            #expect(
                error?.code == .forbiddenScheme && error?.message.contains("TLS needs hiredis 1.0 or later") == true
            )
            #expect(error?.message.contains("SECRET") == false)
        }
    }
}

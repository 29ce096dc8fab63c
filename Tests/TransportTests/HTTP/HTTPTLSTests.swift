import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite("TLS", .enabled(if: OpenSSLServer.isAvailable, "the openssl command is not here"))
struct HTTPTLSTests {
    @Test("A self-signed certificate is refused, with the reason")
    func selfSigned() async throws {
        let server = try await OpenSSLServer(subjectAltName: "IP:127.0.0.1")
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base + "?key=secret", policy: .image))
        #expect(error?.code == .tls)
        #expect(error?.isRetriable == false)
        #expect(error?.message.contains("self-signed certificate") == true)
        #expect(error?.description.contains("secret") == false)
    }

    @Test("A certificate of a trusted authority is accepted, and a certificate for another name is not")
    func caBundle() async throws {
        let server = try await OpenSSLServer(subjectAltName: "IP:127.0.0.1")
        var configuration = HTTPClient.Configuration()
        configuration.authorities.file = server.certificatePath
        let client = try HTTPClient(configuration: configuration)
        let response = try await client.execute(HTTPRequest(url: server.base, policy: .image))
        #expect(response.status == 200)
        let otherName = "https://localhost:\(server.port)/"
        #expect(await failure(client, HTTPRequest(url: otherName, policy: .image))?.code == .tls)
    }

    @Test("A CA bundle that cannot be read is a mistake in the settings")
    func missingBundle() {
        var configuration = HTTPClient.Configuration()
        configuration.authorities.file = "/nowhere/ca.pem"
        let error = #expect(throws: TransportError.self) { _ = try HTTPClient(configuration: configuration) }
        #expect(error?.code == .configuration)
    }

    @Test("A file without a certificate, and a folder that is not there, are mistakes in the settings")
    func noAuthorities() {
        var authorities = TLSAuthorities()
        authorities.file = "/etc/hostname"
        #expect(throws: TransportError.self) { try authorities.check() }
        authorities.file = nil
        authorities.folder = "/nowhere"
        #expect(throws: TransportError.self) { try authorities.check() }
        authorities.folder = "/nowhere:/etc"
        #expect(throws: Never.self) { try authorities.check() }
    }

    @Test("The setting comes before the variables, and curl's before OpenSSL's")
    func variables() {
        let environment = ["CURL_CA_BUNDLE": "/curl", "SSL_CERT_FILE": "/openssl", "SSL_CERT_DIR": "/folder"]
        #expect(TLSAuthorities(file: "/setting", environment: environment).file == "/setting")
        #expect(TLSAuthorities(file: nil, environment: environment).file == "/curl")
        #expect(TLSAuthorities(file: nil, environment: environment).folder == "/folder")
        #expect(TLSAuthorities(file: nil, environment: ["CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "/x"]).file == "/x")
        #expect(TLSAuthorities(file: nil, environment: [:]) == TLSAuthorities())
    }

    @Test("An authority that a variable names is trusted; IP addresses in certificates are verified as names are")
    func addresses() async throws {
        let server = try await OpenSSLServer(subjectAltName: "IP:127.0.0.2,DNS:127.0.0.1")
        var configuration = HTTPClient.Configuration()
        configuration.authorities = TLSAuthorities(file: nil, environment: ["SSL_CERT_FILE": server.certificatePath])
        let client = try HTTPClient(configuration: configuration)
        #expect(
            await failure(client, HTTPRequest(url: server.base, policy: .image))?.code == .tls,
            "an address is no name"
        )
    }

    @Test("A TLS server asked in plain HTTP is an error")
    func plain() async throws {
        let server = try await OpenSSLServer(subjectAltName: "IP:127.0.0.1")
        let error = await failure(
            try HTTPClient(),
            HTTPRequest(url: "http://127.0.0.1:\(server.port)/", policy: .image)
        )
        #expect(error.map { [.closed, .protocolViolation].contains($0.code) } == true)
    }

    @Test("No server outlives the tests, whatever ends them")
    func orphans() async throws {
        let (_, said) = try await OpenSSLServer.runAbandoned()
        let server = try #require(said.split(separator: "\n").compactMap { pid_t($0) }.first, "\(said)")
        try await eventually { kill(server, 0) != 0 }
    }
}

@Suite(.enabled(if: OpenSSLServer.isToBeAbandoned, "the other end of OpenSSLServer.runAbandoned"))
struct AbandonedServerMain {
    @Test func abandon() async throws {
        let server = try await OpenSSLServer(subjectAltName: "IP:127.0.0.1")
        // On a line of its own, and there before the end.
        FileHandle.standardOutput.write(Data("\n\(server.pid)\n".utf8))
        kill(getpid(), SIGKILL)
    }
}

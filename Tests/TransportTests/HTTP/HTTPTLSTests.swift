import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite("TLS", .enabled(if: OpenSSLServer.isAvailable, "the openssl command is not here"))
struct HTTPTLSTests {
    @Test("A self-signed certificate is refused, with the reason")
    func selfSigned() async throws {
        let server = try OpenSSLServer(subjectAltName: "IP:127.0.0.1")
        let error = await failure(try HTTPClient(), HTTPRequest(url: server.base + "?key=secret", policy: .image))
        #expect(error?.code == .tls)
        #expect(error?.isRetriable == false)
        #expect(error?.message.contains("self-signed certificate") == true)
        #expect(error?.description.contains("secret") == false)
    }

    @Test("A certificate of a trusted authority is accepted, and a certificate for another name is not")
    func caBundle() async throws {
        let server = try OpenSSLServer(subjectAltName: "IP:127.0.0.1")
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
        let server = try OpenSSLServer(subjectAltName: "IP:127.0.0.2,DNS:127.0.0.1")
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
        let server = try OpenSSLServer(subjectAltName: "IP:127.0.0.1")
        let error = await failure(
            try HTTPClient(),
            HTTPRequest(url: "http://127.0.0.1:\(server.port)/", policy: .image)
        )
        #expect(error.map { [.closed, .protocolViolation].contains($0.code) } == true)
    }
}

/// `openssl s_server` on a free port of loopback, with a certificate made for this one run.
final class OpenSSLServer {
    static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    let port: Int
    let certificatePath: String
    private let folder: URL
    private let process: Process

    var base: String { "https://127.0.0.1:\(port)/" }

    init(subjectAltName: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "http-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificatePath = folder.appending(path: "certificate.pem").path
        let key = folder.appending(path: "key.pem").path
        let make = Self.openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
            "-subj", "/CN=test", "-addext", "subjectAltName=\(subjectAltName)", "-keyout", key, "-out", certificatePath,
        ])
        try make.run()
        make.waitUntilExit()
        process = Self.openssl(["s_server", "-accept", "127.0.0.1:0", "-cert", certificatePath, "-key", key, "-www"])
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var text = ""
        while !text.contains("ACCEPT"), case let more = output.fileHandleForReading.availableData, !more.isEmpty {
            text += String(decoding: more, as: UTF8.self)
        }
        let line = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT") }
        port = try #require(line?.split(separator: ":").last.flatMap { Int($0) })
    }

    deinit {
        process.terminate()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func openssl(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = Pipe()
        return process
    }
}

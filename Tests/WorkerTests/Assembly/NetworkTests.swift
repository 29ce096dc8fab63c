import Foundation
import Settings
import Telemetry
import TestSupport
import Testing
import Transport
import WorkerTestSupport

@testable import Worker

@Suite("Proxies and authorities")
struct NetworkTests {
    private let fixture: ScratchFolder

    init() throws {
        fixture = try ScratchFolder()
    }

    private func proxy(_ choice: ProxyChoice, _ url: String = "https://host.example/") throws -> String? {
        choice.proxy(for: try HTTPURL(url)).map { "\($0)" }
    }

    @Test("Images and Antenna go as the environment says, unless a setting says otherwise")
    func settings() throws {
        let environment = ["https_proxy": "http://user:SECRET@proxy.example:3128", "no_proxy": ".lan"]
        let usual = try Network(fixture.resolve().settings, environment: environment)
        #expect(try proxy(usual.imageProxy) == "http://proxy.example:3128")
        #expect(try proxy(usual.antennaProxy) == "http://proxy.example:3128")
        #expect(try proxy(usual.imageProxy, "https://nas.lan/") == nil)
        let flags = ["--image-proxy", "none", "--antenna-proxy", "socks5h://other.example:1080"]
        let set = try Network(fixture.resolve(flags: flags).settings, environment: environment)
        #expect(try proxy(set.imageProxy) == nil)
        #expect(try proxy(set.antennaProxy) == "socks5h://other.example:1080")
        #expect(try proxy(Network(fixture.resolve().settings, environment: [:]).imageProxy) == nil)
    }

    @Test("A proxy's password is shown nowhere")
    func password() throws {
        let variables = ["ANTENNA_WORKER_IMAGES_PROXY": "http://user:SECRET@proxy.example:3128"]
        let resolved = try fixture.resolve(environment: variables)
        #expect(resolved.mistakes.isEmpty)
        var shown = "\(resolved.settings) \(resolved.effective) \(String(reflecting: resolved.settings))"
        dump(resolved, to: &shown)
        shown += CheckReport(resolved).text(on: .output)
        shown += "\(NetworkCheck.section(resolved.settings, environment: ["http_proxy": "http://user:SECRET@a:1"]))"
        #expect(!shown.contains("SECRET"))
        #expect(shown.contains("http://proxy.example:3128"))
    }

    @Test(
        "What is no proxy is a mistake that shows no part of it",
        arguments: ["ftp://u:SECRET@h", "http://u:SECRET@", "http://h:SECRET/"]
    )
    func mistakes(_ text: String) throws {
        let resolved = try fixture.resolve(environment: ["ANTENNA_WORKER_ANTENNA_PROXY": text])
        #expect(resolved.mistakes.count == 1)
        #expect(!"\(resolved.mistakes)".contains("SECRET"))
        let settings = try fixture.resolve().settings
        let error = #expect(throws: SettingsError.self) { try Network(settings, environment: ["https_proxy": text]) }
        #expect(error?.description.contains("https_proxy") == true)
        #expect(error?.description.contains("SECRET") == false)
    }

    @Test("check says what is in force")
    func check() throws {
        func details(_ environment: [String: String], flags: [String] = []) throws -> [String] {
            NetworkCheck.section(try fixture.resolve(flags: flags).settings, environment: environment).findings.map(
                \.detail
            )
        }
        #expect(
            try details([:]) == [
                "none: the environment names no proxy", "none: the environment names no proxy", "those of the system",
            ]
        )
        let environment = [
            "http_proxy": "http://u:SECRET@p:1", "no_proxy": "localhost", "SSL_CERT_FILE": "/nowhere.pem",
        ]
        let found = try details(environment, flags: ["--image-proxy", "none"])
        #expect(
            found[0] == "by the environment: http_proxy http://p:1, but not for localhost; Antenna is asked straight"
        )
        #expect(found[1] == "none")
        #expect(found[2].contains("/nowhere.pem cannot be read"))
        #expect(
            try details(["http_proxy": "gopher://x"])[0].contains("http_proxy: the proxy's address begins with none of")
        )
    }

    @Test("A named authority comes before those of the variables")
    func authorities() throws {
        let settings = try fixture.resolve(flags: ["--tls-ca", "/ca.pem"]).settings
        let network = try Network(settings, environment: ["SSL_CERT_FILE": "/other.pem", "SSL_CERT_DIR": "/folder"])
        #expect(network.authorities.file == "/ca.pem")
        #expect(network.authorities.folder == "/folder")
        #expect(throws: TransportError.self) { try network.makeClient() }
    }
}

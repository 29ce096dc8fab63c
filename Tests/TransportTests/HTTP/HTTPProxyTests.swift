import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite("Variables that name proxies")
struct ProxyVariablesTests {
    private func proxy(_ environment: [String: String], for url: String) throws -> String? {
        try ProxyVariables(environment).proxy(for: HTTPURL(url)).map { "\($0)" }
    }

    @Test(
        "They are read as curl reads them",
        arguments: [
            (["http_proxy": "http://a:1"], "http://host/", "http://a:1"),
            (["HTTP_PROXY": "http://a:1"], "http://host/", nil),
            (["https_proxy": "http://a:1"], "https://host/", "http://a:1"),
            (["HTTPS_PROXY": "http://a:1"], "https://host/", "http://a:1"),
            (["https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:1"], "https://host/", "http://a:1"),
            (["https_proxy": "http://a:1"], "http://host/", nil),
            (["http_proxy": "http://a:1"], "https://host/", nil),
            (["all_proxy": "socks5h://a:1"], "https://host/", "socks5h://a:1"),
            (["ALL_PROXY": "http://a:1", "http_proxy": "http://b:1"], "http://host/", "http://b:1"),
            (["http_proxy": "", "all_proxy": "http://a:1"], "http://host/", "http://a:1"),
            (["http_proxy": "proxy.example:3128"], "http://host/", "http://proxy.example:3128"),
            (["http_proxy": "http://user:pass@a:1/"], "http://host/", "http://a:1"),
            (["http_proxy": "http://[::1]:1"], "http://host/", "http://[::1]:1"),
            ([:], "http://host/", nil),
        ] as [([String: String], String, String?)]
    )
    func variables(_ environment: [String: String], _ url: String, _ expected: String?) throws {
        #expect(try proxy(environment, for: url) == expected)
    }

    @Test(
        "no_proxy names hosts that are asked straight",
        arguments: [
            ("*", "host.example", true), ("host.example", "host.example", true), ("example", "host.example", true),
            (".example", "host.example", true), ("ost.example", "host.example", false),
            ("host.example", "HOST.example.", true), ("host.example:81", "host.example", false),
            ("host.example:80", "host.example", true), ("a, host.example ,b", "host.example", true),
            ("a b\thost.example", "host.example", true), ("10.0.0.0/8", "10.200.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false), ("10.0.0.0/0", "11.0.0.1", true), ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "0x0a000001", true), ("10.0.0.1/33", "10.0.0.1", false), ("fd00::/8", "[fd00::1]", true),
            ("[::1]", "[::1]", true), ("::1", "[::1]", true), ("[::1]:80", "[::1]", true), ("[::1]:81", "[::1]", false),
            ("", "host.example", false), (",,. ", "host.example", false), (":::", "host.example", false),
        ]
    )
    func exceptions(_ list: String, _ host: String, _ isStraight: Bool) throws {
        for name in ["no_proxy", "NO_PROXY"] {
            let found = try proxy(["http_proxy": "http://a:1", name: list], for: "http://\(host)/")
            #expect((found == nil) == isStraight)
        }
    }

    @Test("The proxy's password is shown nowhere, and what is in force is")
    func shown() throws {
        let environment = [
            "http_proxy": "http://user:SECRET@a:1", "https_proxy": "http://user:SECRET@b:2",
            "no_proxy": "localhost,.lan",
        ]
        let variables = try ProxyVariables(environment)
        #expect(variables.summary == "http_proxy http://a:1, https_proxy http://b:2, but not for localhost .lan")
        #expect(try ProxyVariables([:]).summary == nil)
        #expect(!"\(try HTTPProxy("http://user:SECRET@a:1"))".contains("SECRET"))
    }

    @Test(
        "An address that cannot be read is a mistake that names the variable and shows no part of it",
        arguments: [
            "http://user:SECRET@", "ftp://user:SECRET@host", "http://user:SECRET@host:port/", "\u{1B}[31mSECRET",
        ]
    )
    func malformed(_ text: String) {
        let error = #expect(throws: TransportError.self) { _ = try ProxyVariables(["https_proxy": text]) }
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix("https_proxy: ") == true)
        #expect(error?.message.contains("SECRET") == false)
    }
}

@Suite("Through a proxy")
struct HTTPProxyTests {
    private func policy(_ choice: ProxyChoice, allowsPrivate: Bool = true) -> HTTPPolicy {
        var policy = HTTPPolicy.image
        policy.proxy = choice
        policy.addresses.allowsPrivate = allowsPrivate
        return policy
    }

    private func hello() throws -> RawHTTPServer {
        try RawHTTPServer { connection in
            while connection.readRequest() != nil { connection.answer(body: "hello") }
        }
    }

    @Test("A host that only the proxy can resolve is asked with the absolute URI")
    func absoluteURI() async throws {
        let server = try hello()
        let proxy = try ForwardProxy(to: server.port, credentials: "user:pass word")
        let address = proxy.base.replacing("http://", with: "http://user:pass%20word@")
        let choice = ProxyChoice.environment(try ProxyVariables(["http_proxy": address]))
        let request = HTTPRequest(
            url: "http://images.example/a b.jpg?x=1",
            headers: ["X-Mark": "1"],
            policy: policy(choice)
        )
        let response = try await HTTPClient().execute(request)
        #expect(response.body == Array("hello".utf8))
        #expect(proxy.lines == ["GET http://images.example/a%20b.jpg?x=1 HTTP/1.1"])
        #expect(proxy.requests.first?.contains("X-Mark: 1") == true)
    }

    @Test("HTTPS goes through a tunnel; no header of the request is shown to the proxy, none of the proxy's counts")
    func tunnel() async throws {
        let server = try await OpenSSLServer(subjectAltName: "DNS:images.example")
        let proxy = try ForwardProxy(to: UInt16(server.port))
        var configuration = HTTPClient.Configuration()
        configuration.authorities.file = server.certificatePath
        let request = HTTPRequest(
            url: "https://images.example/",
            headers: ["Authorization": "Token SECRET"],
            policy: policy(.proxy(try HTTPProxy(proxy.base)))
        )
        let response = try await HTTPClient(configuration: configuration).execute(request)
        #expect(response.status == 200)
        #expect(response.headers["X-Proxy"] == nil)
        #expect(proxy.lines == ["CONNECT images.example:443 HTTP/1.1"])
        #expect(proxy.requests.first?.contains("SECRET") == false)
    }

    @Test("Each hop of a redirect finds its own proxy, or none")
    func redirects() async throws {
        let server = try hello()
        let straight = try RawHTTPServer { connection in
            while connection.readRequest() != nil {
                connection.answer("302 Found", headers: "Location: http://images.example/\r\n")
            }
        }
        let proxy = try ForwardProxy(to: server.port)
        let variables = try ProxyVariables(["http_proxy": proxy.base, "no_proxy": "127.0.0.1"])
        let response = try await HTTPClient()
            .execute(HTTPRequest(url: straight.base, policy: policy(.environment(variables))))
        #expect(response.body == Array("hello".utf8))
        #expect(straight.connectionCount == 1)
        #expect(proxy.lines == ["GET http://images.example/ HTTP/1.1"])
    }

    @Test("Without a proxy set, the variables of the process are not looked at")
    func none() async throws {
        let server = try hello()
        let response = try await HTTPClient().execute(HTTPRequest(url: server.base, policy: policy(.none)))
        #expect(response.status == 200)
    }

    @Test(
        "A proxy that opens no way says why",
        arguments: [
            ("407 Who are you", TransportError.Code.noNetwork, true), ("403 No", .accessRefused, false),
            ("503 Later", .connectFailed, true),
        ]
    )
    func refused(_ refusal: String, _ code: TransportError.Code, _ isRetriable: Bool) async throws {
        let proxy = try ForwardProxy(to: 1, refusal: refusal)
        let choice = ProxyChoice.proxy(try HTTPProxy(proxy.base.replacing("//", with: "//user:SECRET@")))
        let error = await failure(
            try HTTPClient(),
            HTTPRequest(url: "https://images.example/", policy: policy(choice))
        )
        #expect(error?.code == code)
        #expect(error?.isRetriable == isRetriable)
        #expect(error?.message.contains("the proxy \(proxy.base) opens no way to images.example:443") == true)
        #expect(error?.description.contains("SECRET") == false)
    }

    @Test("A proxy that answers without an end before it opens a way holds nobody up", .timeLimit(.minutes(5)))
    func endlessRefusal() async throws {
        let proxy = try RawHTTPServer { connection in
            guard connection.readRequest() != nil else { return }
            _ = connection.send("HTTP/1.1 407 Who are you\r\nContent-Length: 99999999999\r\n\r\n")
            let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
            while connection.send(piece) {}
        }
        let choice = ProxyChoice.proxy(try HTTPProxy(proxy.base))
        let request = HTTPRequest(url: "https://images.example/", policy: policy(choice))
        let error = await failure(try HTTPClient(), request)
        #expect(error?.code == .protocolViolation, "\(error.debugDescription)")
        #expect(error?.message.contains("the proxy \(proxy.base) says more than anybody reads") == true)
    }

    @Test("A proxy that is away is named as the proxy")
    func away() async throws {
        let port = try LoopbackPort.free(1)[0]
        let choice = ProxyChoice.proxy(try HTTPProxy("http://user:SECRET@127.0.0.1:\(port)"))
        let error = await failure(try HTTPClient(), HTTPRequest(url: "http://host.example/", policy: policy(choice)))
        #expect(error?.code == .noNetwork)
        #expect(error?.message == "connection refused by the proxy 127.0.0.1:\(port)")
    }

    @Test("The address policy holds for the proxy's own address")
    func proxyAddress() async throws {
        let server = try hello()
        let proxy = try ForwardProxy(to: server.port)
        let choice = ProxyChoice.proxy(try HTTPProxy(proxy.base))
        let error = await failure(
            try HTTPClient(),
            HTTPRequest(url: "http://images.example/", policy: policy(choice, allowsPrivate: false))
        )
        #expect(error?.code == .forbiddenAddress)
        #expect(error?.message == "the proxy's address 127.0.0.1 is a private address, which is not allowed here")
        #expect(proxy.requests.isEmpty)
    }

    @Test(
        "Hosts are judged by name, because the proxy resolves them",
        arguments: [
            ("http://metadata.google.internal/", true, true), ("http://METADATA.google.internal./", true, true),
            ("http://169.254.169.254/", true, true), ("http://localhost/", true, false),
            ("http://169.254.169.254./", true, true), ("http://169.254.169.254.:80/", true, true),
            ("http://2852039166./", true, true), ("http://0xA9FEA9FE./", true, true),
            ("http://169.254.43518./", true, true),
            ("http://images.example.7/", true, true), ("http://127.0.0.1./", false, true),
            ("http://7.images.example./", false, false), ("http://0xf.example/", false, false),
            ("http://localhost/", false, true),
            ("http://a.localhost/", false, true), ("http://intranet/", false, true), ("http://nas.local/", false, true),
            ("http://10.0.0.1/", false, true), ("http://images.example/", false, false),
        ]
    )
    func names(_ url: String, _ allowsPrivate: Bool, _ isRefused: Bool) throws {
        let choice = ProxyChoice.proxy(try HTTPProxy("http://proxy.example:3128"))
        var request = HTTPRequest(url: url, policy: policy(choice, allowsPrivate: allowsPrivate))
        func isRefusedNow() -> Bool {
            do throws(TransportError) {
                _ = try RedirectChain(request)
                return false
            } catch {
                return error.code == .forbiddenAddress
            }
        }
        #expect(isRefusedNow() == isRefused)
        request.policy.proxy = .none
        if !url.contains("169.254"), !url.contains("10.0.0.1") {
            #expect(!isRefusedNow(), "else the address is judged")
        }
    }
}

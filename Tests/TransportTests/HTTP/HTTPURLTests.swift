import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite("URLs")
struct HTTPURLTests {
    @Test(
        "What is no absolute URL is malformed",
        arguments: [
            "", "image.jpg", "/image.jpg", "example.org/image.jpg", "http://", "http://a b/x",
            "http://host:99999/", "http://host:abc/", "http://[::1/x", "http://exa\u{0}mple.org/", "http://h/\u{1}",
            "mailto:someone", "://host/", "http://[fe80::zz]/", "http://h/\r\nX: y", "http://h%0d%0aX:%20y/",
            "http://h/\u{7F}",
            "http://h/a\tb", "http://h%7f/", "http://h\n/a",
        ]
    )
    func malformed(_ text: String) {
        let error = #expect(throws: TransportError.self) {
            _ = try RedirectChain(HTTPRequest(url: text, policy: .image))
        }
        #expect(error?.code == .malformedURL)
        #expect(error?.isRetriable == false)
    }

    @Test(
        "Every notation of an IPv4 host is one address",
        arguments: [
            "http://0x7f.1/", "http://2130706433/", "http://0177.0.0.1/", "http://127.1/", "http://0x7f000001/",
            "http://127.0.0.1/", "http://user@127.0.0.1/",
        ]
    )
    func notations(_ text: String) throws {
        let url = try HTTPURL(text)
        #expect(url.literalAddress == IPAddress("127.0.0.1"))
    }

    @Test("Spaces and letters beyond ASCII are encoded, as browsers do")
    func encoding() throws {
        let url = try HTTPURL("https://Example.ORG/trap 1/bild ü.jpg?X=a b")
        #expect(
            url.text.hasSuffix("/trap%201/bild%20%C3%BC.jpg?X=a%20b")
        )
        #expect(url.origin == "https://example.org:443")
    }

    @Test(
        "Nothing secret is left in what is shown",
        arguments: [
            ("https://u:p@host/a.jpg?X-Sig=abc&Expires=12&flag#frag", "https://host/a.jpg?X-Sig=…&Expires=…&…"),
            ("https://host/a@b.jpg", "https://host/a@b.jpg"),
            ("https://host", "https://host"),
            ("user:secret@host/path", "host/path"),
            ("https://token@host?sig=1=2", "https://host?sig=…"),
            ("http://user:SECRET?PW@host/", "http://host/"), ("http://user:SEC#RET@host/a", "http://host/a"),
            ("http://user:SEC/RET@host/", "http://…"), ("http://user:SEC\\RET@host/", "http://…"),
            ("http://user:SECRET", "http://…"), ("http://user:SECRET?PW=x", "http://…"),
            ("https://[::1]:80/a", "https://[::1]:80/a"), ("https://[::1]SECRET@h/", "https://h/"),
            ("https://host:/", "https://host:/"), ("https://host:80?a=b", "https://host:80?a=…"),
            ("https://host/\u{202E}gpj.\u{9B}2J\u{2028}", #"https://host/\u{202e}gpj.\u{9b}2J\u{2028}"#),
            ("https://host/\n\u{1B}[31m", #"https://host/\n\u{1b}[31m"#),
            ("", ""),
        ]
    )
    func redaction(_ url: String, _ shown: String) {
        #expect(redactedURL(url) == shown)
    }

    @Test("What is shown is of bounded length")
    func bounded() {
        #expect(redactedURL("https://host/" + String(repeating: "a", count: 5000)).count == 300)
        let token = String(repeating: "SECRET", count: 2_000_000)
        #expect(redactedURL("https://\(token)@host/a") == "https://…")
        #expect(redactedURL("https://user:1\(token)@host/a") == "https://…")
    }

    @Test("A URL that no server would take is not tried, and not shown in full")
    func tooLong() {
        let long = "https://host/?sig=" + String(repeating: "a", count: 9 << 20)
        let error = #expect(throws: TransportError.self) { _ = try HTTPURL(long) }
        #expect(error?.code == .malformedURL)
        #expect(error?.message == "the URL is longer than the 65536 bytes that are tried: \"https://host/?sig=…\"")
        let longest = "https://host/" + String(repeating: "a", count: HTTPURL.maximumBytes - 13)
        #expect(throws: Never.self) { _ = try HTTPURL(longest) }
    }

    @Test(
        "A relative URL is resolved, and raw spaces in it are no plus signs",
        arguments: [
            ("/a b?c d", "http://host:81/a%20b?c%20d"), ("x", "http://host:81/p/x"), ("?q", "http://host:81/p/f?q"),
            ("//other/ä", "http://other/%C3%A4"), ("https://other/", "https://other/"), (" /x\t", "http://host:81/x"),
            ("../../x", "http://host:81/x"),
        ]
    )
    func relative(_ text: String, _ whole: String) throws {
        #expect(try HTTPURL(text, relativeTo: HTTPURL("http://host:81/p/f?o#n")).text == whole)
    }

    @Test("A user's name and password do not travel to another host")
    func userInfo() throws {
        let base = try HTTPURL("http://user:word@host/")
        #expect(try HTTPURL("//other/x", relativeTo: base).text == "http://other/x")
    }
}

@Suite("Redirect chain")
struct HTTPRedirectChainTests {
    private func chain(_ url: String, headers: HTTPHeaders = [:], policy: HTTPPolicy = .image) throws -> RedirectChain {
        try RedirectChain(HTTPRequest(url: url, headers: headers, policy: policy))
    }

    @Test(
        "Only http and https are spoken",
        arguments: [
            "file:///etc/passwd", "gopher://host/1", "ftp://host/a", "dict://host:1/x", "javascript://a/b",
            "s3://bucket/key",
        ]
    )
    func schemes(_ url: String) throws {
        #expect(throws: TransportError.self) { _ = try chain(url) }
        var started = try chain("http://example.org/")
        let error = #expect(throws: TransportError.self) { _ = try started.answered(redirectingTo: url) }
        #expect(error?.code == .forbiddenScheme)
        #expect(error?.message.hasPrefix("redirected to \(url): the URL scheme is ") == true)
        #expect(error?.message.hasSuffix("which is not allowed") == true)
    }

    @Test("A scheme the policy does not list is refused")
    func schemeByPolicy() throws {
        var policy = HTTPPolicy.image
        policy.allowedSchemes = ["https", "file"]
        #expect(throws: TransportError.self) { _ = try chain("http://example.org/", policy: policy) }
        #expect(throws: TransportError.self) { _ = try chain("file:///etc/passwd", policy: policy) }
    }

    @Test(
        "A literal metadata address is refused before anything is connected",
        arguments: ["http://0xa9fea9fe/", "http://[::ffff:a9fe:a9fe]/"]
    )
    func metadata(_ url: String) throws {
        var started = try chain("http://example.org/")
        let error = #expect(throws: TransportError.self) { _ = try started.answered(redirectingTo: url) }
        #expect(error?.code == .forbiddenAddress)
        #expect(error?.message.contains("is a link-local or metadata address") == true)
    }

    @Test(
        "Headers stay with their origin: host, port and scheme",
        arguments: ["http://other.example/", "http://example.org:81/", "https://example.org/"]
    )
    func headersDropped(_ url: String) throws {
        let headers: HTTPHeaders = ["authorization": "Token x", "X-Api-Key": "y", "Accept": "image/*", "Cookie": "z"]
        var started = try chain("http://example.org/a", headers: headers)
        #expect(try started.answered(redirectingTo: "http://example.org/b") == .follow)
        #expect(started.hop.headers == headers)
        #expect(try started.answered(redirectingTo: url) == .follow)
        #expect(started.hop.headers == ["Accept": "image/*"])
        // They do not come back when the chain does.
        #expect(try started.answered(redirectingTo: "http://example.org/c") == .follow)
        #expect(started.hop.headers["Authorization"] == nil)
    }

    @Test("The limit counts redirects")
    func limit() throws {
        var started = try chain("http://example.org/")
        for _ in 0..<3 { #expect(try started.answered(redirectingTo: "http://example.org/") == .follow) }
        let error = #expect(throws: TransportError.self) {
            _ = try started.answered(redirectingTo: "http://example.org/")
        }
        #expect(error?.code == .redirectLimit)
    }

    @Test("A POST never follows")
    func post() throws {
        var started = try RedirectChain(HTTPRequest(method: .post, url: "http://example.org/", policy: .api))
        #expect(try started.answered(redirectingTo: "http://example.org/x") == .finish)
    }

    @Test(
        "A header that would end its line is refused",
        arguments: ["a\r\nHost: evil", "a\nb", "a\u{0}b"]
    )
    func headerInjection(_ value: String) {
        #expect(throws: TransportError.self) { _ = try chain("http://example.org/", headers: ["X-Name": value]) }
        #expect(throws: TransportError.self) { _ = try chain("http://example.org/", headers: [value: "x"]) }
    }
}

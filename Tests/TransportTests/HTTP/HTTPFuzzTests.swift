import Telemetry
import TestSupport
import Testing

@testable import Transport

/// A hundred thousand faulty inputs for each reader of what comes by HTTP: none may trap, and what is read is within its bounds.
@Suite("HTTP: faulty inputs")
struct HTTPFuzzTests {
    private func texts(_ examples: [String], words: [String] = [], longest: Int = 512, seed: UInt64) -> some Sequence<
        String
    > {
        FuzzInputs(
            of: examples.map { Array($0.utf8) },
            words: words.map { Array($0.utf8) },
            longest: longest,
            seed: seed
        )
        .lazy.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("URLs: what is read can be read again and is the same")
    func urls() async throws {
        let base = try HTTPURL("https://user:word@host.example:8443/a/b?c=d#e")
        let examples = [
            base.text, "http://[::ffff:127.0.0.1]:80/x", "//host/é ?a=b c", "../x y/%zz", "http://0x7f.1/\u{1F98B}",
            "https://bucket.example/k?X-Amz-Signature=abc&X-Amz-Date=20260101T000000Z",
        ]
        let words = ["://", "@", "%0d%0a", "\r\n", "\u{202E}", "..", "[", "]", "file:", "\\"]
        await aside {
            for text in texts(examples, words: words, seed: 11) {
                let url: HTTPURL
                do throws(TransportError) {
                    url = try HTTPURL(text, relativeTo: text.utf8.count.isMultiple(of: 2) ? base : nil)
                } catch {
                    #expect(error.code == .malformedURL)
                    continue
                }
                #expect((0...65_535).contains(url.port))
                #expect(url.text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }, "\(text.debugDescription)")
                let again = try? HTTPURL(url.text)
                #expect(again == url || again == nil, "\(text.debugDescription)")
                #expect(again != nil || !["http", "https"].contains(url.scheme), "\(text.debugDescription)")
            }
        }
    }

    @Test("Addresses, networks and entries of no_proxy")
    func addresses() async throws {
        let url = try HTTPURL("http://[fd00::1]:8080/")
        let examples = ["10.0.0.1/8", "[fd00::1]:8080", "::ffff:1.2.3.4", "fe80::1%eth0", ".host.example:80", "*"]
        await aside {
            for text in texts(examples, words: ["/", "/128", ":", "]"], longest: 64, seed: 12) {
                if let address = IPAddress(text) {
                    #expect(IPAddress(address.description) == address)
                    _ = AddressPolicy(allowsPrivate: false).refusal(of: address)
                }
                _ = IPNetwork(text)?.contains(.v4(1))
                _ = ProxyException(text[...]).holds(for: url)
                _ = AddressPolicy(allowsPrivate: false).refusal(ofName: text)
            }
        }
    }

    @Test("Retry-After: never negative, never more than a century")
    func retryAfter() async {
        let examples = [
            "120", "-5", "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
            "Fri, 31 Dec 9999 23:59:59 GMT", "1e400", "0x10", "+7", "",
        ]
        await aside {
            for (index, text) in texts(
                examples,
                words: ["GMT", ":", "-", "99999999999999999999"],
                longest: 80,
                seed: 13
            )
            .enumerated() {
                let now: Int64 = [0, 1_700_000_000, .max, .min][index % 4]
                guard let wait = RetryAfter.parse(text, now: now) else { continue }
                #expect(wait >= .zero && wait <= .seconds(100 * 366 * 86_400), "\(text.debugDescription)")
            }
        }
    }

    @Test("Header sections: a field has a name, and a section an end")
    func headers() async {
        let examples = [
            "HTTP/1.1 200 OK\r\n", "HTTP/1.1 99999999999999999999 \u{0}\r\n", "Content-Type: image/jpeg\r\n",
            ": nameless\r\n",
            " folded: line\r\n", "Location: /bild \u{E4}\r\n", "Content-Encoding: gzip,gzip , br\r\n", "\r\n",
            "Retry-After:\t\u{1} 1\r\n",
        ]
        var section = HTTPHeaderSection()
        var taken = 0
        await aside {
            for line in FuzzInputs(of: examples.map { Array($0.utf8) }, longest: 300, seed: 14) {
                if section.take(line) {
                    taken += line.count
                } else {
                    #expect(taken + line.count > HTTPHeaderSection.maximumBytes)
                    section = HTTPHeaderSection()
                    taken = 0
                }
                #expect(section.headers.allSatisfy { !$0.name.isEmpty })
                var body = HTTPBody(limit: 10)
                try? body.begin(section.headers.keeping(only: ["content-encoding"]), announced: .max)
            }
        }
    }

    @Test("What is shown of a URL holds nothing that steers a terminal, and is short")
    func redaction() async {
        let examples = [
            "https://user:SECRET@host.example/a?b=c", "http://user:SEC/RET@host/", "http://u:S?E#CRET@h/",
            "redis://:p@h",
        ]
        await aside {
            for text in texts(examples, words: ["\u{1B}[31m", "\u{202E}", "://", "@", "\u{2028}", "\u{85}"], seed: 15) {
                let shown = redactedURL(text)
                #expect(shown.count <= 300)
                #expect(shown.visible == shown, "\(text.debugDescription)")
            }
        }
    }
}

import Foundation
import TestSupport
import Testing
import Transport

@testable import Pipeline

@Suite("Fetching images from servers as they are")
struct ImageFetcherTests {
    private func fetcher(_ attempts: Int = 1) throws -> ImageFetcher {
        let retries = RetryPolicy(maximumAttempts: attempts, initialDelay: .zero, maximumDelay: .zero)
        return ImageFetcher(client: try HTTPClient(), policy: .image, retries: retries)
    }

    private func server(_ status: String, headers: String = "", body: String = "image") throws -> RawHTTPServer {
        try RawHTTPServer { connection in
            while connection.readRequest() != nil { connection.answer(status, headers: headers, body: body) }
        }
    }

    @Test(
        "An image by another status, or of another protocol, is an image",
        arguments: [
            ("200 OK", ""), ("203 Non-Authoritative", ""), ("206 Partial Content", "Content-Range: bytes 0-4/5\r\n"),
            ("206 Partial Content", "Content-Range: Bytes 0-4/5\r\n"), ("200 OK", "Content-Type: text/plain\r\n"),
        ]
    )
    func taken(_ status: String, _ headers: String) async throws {
        let server = try server(status, headers: headers)
        #expect(try await fetcher().fetch(server.base) == Array("image".utf8))
    }

    @Test(
        "A part of an image is none",
        arguments: [
            "", "Content-Range: bytes 0-4/6\r\n", "Content-Range: bytes 1-5/6\r\n", "Content-Range: bytes 0-4/*\r\n",
            "Content-Range: bytes 0-18446744073709551615/18446744073709551616\r\n", "Content-Range: bytes 0-0/0\r\n",
            "Content-Range: -/-/-\r\n", "Content-Range: items 0-4/5\r\n",
        ]
    )
    func parts(_ headers: String) async throws {
        let server = try server("206 Partial Content", headers: headers)
        let failure = await #expect(throws: TaskFailure.self) { try await fetcher().fetch(server.base) }
        #expect(failure?.message.hasSuffix("answered 206 (a part of the image only)") == true)
    }

    @Test("What passes is tried again", arguments: [509, 520, 521, 522, 523, 524, 503, 429])
    func retried(_ status: Int) async throws {
        let server = try RawHTTPServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.answer("\(status) Later", headers: "Connection: keep-alive\r\n")
            guard connection.readRequest() != nil else { return }
            connection.answer(body: "image")
        }
        #expect(try await fetcher(2).fetch(server.base) == Array("image".utf8))
    }

    @Test("Behind a redirect the error names both ends, without secrets")
    func redirected() async throws {
        let gone = try server("404 Not Found")
        let first = try server("302 Found", headers: "Location: \(gone.base)/x?sig=SECRET\r\n")
        let failure = await #expect(throws: TaskFailure.self) {
            try await fetcher().fetch(first.base + "/a?sig=SECRET")
        }
        #expect(
            failure?.message
                == "The image could not be fetched: \(first.base)/a?sig=… redirects to \(gone.base)/x?sig=…, which answered 404 "
                + "(there is no such image)"
        )
    }

    @Test(
        "Old servers, trailers, and early hints",
        arguments: [
            "HTTP/1.0 200 OK\r\n\r\nimage", "HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nimage",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nimage\r\n0\r\nX-Sum: 1\r\nLocation: /x\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nContent-Encoding: gzip\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nimage",
            "HTTP/1.1 200\r\ncontent-length:5\r\n\r\nimage", "HTTP/1.1 200 OK\nContent-Length: 5\n\nimage",
        ]
    )
    func oldServers(_ answer: String) async throws {
        let server = try RawHTTPServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(answer)
        }
        #expect(try await fetcher().fetch(server.base) == Array("image".utf8))
    }

    @Test("A kept connection that the server has closed meanwhile costs no attempt")
    func staleConnection() async throws {
        let server = try RawHTTPServer { connection in
            // Says that it is kept, and closes after each answer.
            guard connection.readRequest() != nil else { return }
            connection.answer(headers: "Connection: keep-alive\r\n", body: "image")
        }
        let fetcher = try fetcher()
        for _ in 0..<20 { #expect(try await fetcher.fetch(server.base) == Array("image".utf8)) }
        #expect(server.connectionCount == 20)
    }
}

extension ImageFetcherTests {
    @Test("An image that a proxy keeps us from gets no error: its task goes back")
    func givenBack() async throws {
        let port = try LoopbackPort.free(1)[0]
        var policy = HTTPPolicy.image
        policy.proxy = .proxy(try HTTPProxy("http://127.0.0.1:\(port)"))
        let fetcher = ImageFetcher(client: try HTTPClient(), policy: policy, retries: RetryPolicy(maximumAttempts: 1))
        let failure = await #expect(throws: TaskFailure.self) { try await fetcher.fetch("http://images.example/a") }
        #expect(failure?.isRetriable == true)
    }
}

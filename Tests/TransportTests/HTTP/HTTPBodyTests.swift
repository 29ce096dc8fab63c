import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite("Packed bodies")
struct HTTPBodyTests {
    /// What python3 -c 'gzip.compress(b"moth" * 1000)' and the like give.
    private static let gzip = packed("H4sIAAAAAAACA+3DsQkAAAgDsHddikv/xzNcEki2E1VVVfX1AUmF2cagDwAA")
    private static let zlib = packed("eNrtw7EJAAAIA7B3XYpL/8czXBJIthNVVVX19QFNrrcb")
    private static let bare = packed("7cOxCQAACAOwd12KS//HM1wSSLYTVVVV9fUB")
    private static let moths = Array(String(repeating: "moth", count: 1000).utf8)

    private static func packed(_ text: String) -> [UInt8] { Data(base64Encoded: text).map(Array.init) ?? [] }

    private func body(_ bytes: [UInt8], _ encoding: String?, limit: Int = 1 << 20, piece: Int = 7) throws -> [UInt8] {
        var body = HTTPBody(limit: limit)
        var headers: HTTPHeaders = [:]
        if let encoding { headers.append(name: "content-encoding", value: encoding) }
        try body.begin(headers, announced: Int64(bytes.count))
        var rest = bytes[...]
        while !rest.isEmpty {
            try Array(rest.prefix(piece)).withUnsafeBytes { try body.take($0) }
            rest = rest.dropFirst(piece)
        }
        guard body.isComplete else { throw Incomplete() }
        return body.takeBytes()
    }

    private struct Incomplete: Error {}

    @Test("gzip and deflate are unpacked, whatever the pieces they come in", arguments: [1, 2, 7, 1000])
    func unpacked(_ piece: Int) throws {
        #expect(try body(Self.gzip, "gzip", piece: piece) == Self.moths)
        #expect(try body(Self.gzip, "X-GZip", piece: piece) == Self.moths)
        #expect(try body(Self.zlib, "deflate", piece: piece) == Self.moths)
        #expect(try body(Self.bare, "deflate", piece: piece) == Self.moths)
        #expect(try body(Self.gzip, "identity, gzip", piece: piece) == Self.moths)
        #expect(try body(Self.gzip + Self.gzip, "gzip", piece: piece) == Self.moths + Self.moths)
        #expect(try body(Self.gzip + [0, 0, 0], "gzip", piece: piece) == Self.moths, "padding")
        #expect(try body(Self.zlib + [0x1F, 0x8B], "deflate", piece: piece) == Self.moths, "padding")
    }

    @Test(
        "What says nothing about the bytes leaves them as they are",
        arguments: [nil, "", "identity", "binary", "utf-8", "aws-chunked", ",,"]
    )
    func plain(_ encoding: String?) throws {
        #expect(try body(Self.gzip, encoding) == Self.gzip)
    }

    @Test("What nobody asked for is named", arguments: ["br", "zstd", "compress", "gzip, gzip", "gzip, br"])
    func unknown(_ encoding: String) {
        let refusal = #expect(throws: HTTPBody.Refusal.self) { try body(Self.gzip, encoding) }
        guard case .unknownPacking = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
    }

    @Test("Damage and a missing end are noticed")
    func damaged() throws {
        var damaged = Self.gzip
        damaged[40] ^= 0xFF
        #expect(throws: HTTPBody.Refusal.damaged) { try body(damaged, "gzip") }
        #expect(throws: HTTPBody.Refusal.damaged) { try body(Array("\u{FF}\u{D8}jpeg".utf8), "gzip") }
        #expect(throws: HTTPBody.Refusal.damaged) { try body([0x1F, 0x8B] + Self.zlib, "gzip") }
        for count in 1..<Self.gzip.count {
            #expect(throws: Incomplete.self) { try body(Array(Self.gzip[..<count]), "gzip") }
        }
    }

    @Test("A bomb goes off at the limit, counted unpacked")
    func bomb() throws {
        #expect(try body(Self.gzip, "gzip", limit: 4000).count == 4000)
        #expect(throws: HTTPBody.Refusal.tooLarge) { try body(Self.gzip, "gzip", limit: 3999) }
        var bomb: [UInt8] = []
        for _ in 0..<10_000 { bomb += Self.gzip }
        #expect(throws: HTTPBody.Refusal.tooLarge) { try body(bomb, "gzip", limit: 1 << 20, piece: 1 << 20) }
    }

    @Test("A hundred thousand faulty streams: never more than the limit, and no trap")
    func fuzzed() async {
        await aside {
            for (index, input) in FuzzInputs(of: [Self.gzip, Self.zlib, Self.bare], longest: 256, seed: 3).enumerated()
            {
                let bytes = try? body(input, index.isMultiple(of: 2) ? "gzip" : "deflate", limit: 10_000, piece: 64)
                if let bytes { #expect(bytes.count <= 10_000) }
            }
        }
    }

    @Test("An image that comes packed unasked is unpacked; one cut short is worth another try")
    func overTheWire() async throws {
        let server = try RawHTTPServer { connection in
            while let request = connection.readRequest() {
                let bytes = request.contains("/cut") ? Self.gzip[..<40] : Self.gzip[...]
                connection.send(
                    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bytes.count)\r\n\r\n"
                )
                connection.send(Array(bytes))
            }
        }
        let client = try HTTPClient()
        #expect(try await client.execute(HTTPRequest(url: server.base, policy: .image)).body == Self.moths)
        let error = await failure(client, HTTPRequest(url: server.base + "/cut", policy: .image))
        #expect(error?.code == .truncated)
        #expect(error?.isRetriable == true)
        var small = HTTPPolicy.image
        small.maximumResponseBytes = 1000
        #expect(await failure(client, HTTPRequest(url: server.base, policy: small))?.code == .tooLarge)
    }
}

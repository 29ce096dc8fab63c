import Foundation
import HTTPServing

/// The image host: good images, and those that are wrong in a particular way.
struct ImageHandler: Sendable {
    /// Large writes: an image goes out in a few of them.
    private static let chunk = 256 * 1_024
    private static let hugeSize = 1 << 30

    let core: AntennaCore

    /// Answers `GET /images/{id}/{name}`.
    func answer(_ request: ServerRequest, path: [Substring]) async throws -> ServerResponse {
        let delay = core.withState { shared in
            shared.traffic.imageRequests += 1
            if request.header("Authorization") != nil { shared.traffic.imageRequestsWithToken += 1 }
            return shared.faults.nextImage()
        }
        if delay > .zero { try await Task.sleep(for: delay) }
        guard ["GET", "HEAD"].contains(request.method), path.count >= 2, let id = Int(path[1]),
            let source = core.images.source(id)
        else { return ServerResponse(status: 404) }
        switch source {
        case .scene(let scene): return good(try await core.images.bytes(of: scene))
        case .bytes(let bytes, _): return good(bytes)
        case .file(let path): return file(path)
        case .address(let address): return .redirect(to: address)
        case .fault(let fault): return try await answer(fault, imageID: id, request: request)
        }
    }

    private func file(_ path: String) -> ServerResponse {
        do {
            // Mapped, so that a thousand requests do not hold a thousand copies.
            return good(try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped), of: path)
        } catch {
            return ServerResponse(status: 404, "\(error)")
        }
    }

    private func good(
        _ bytes: some RandomAccessCollection<UInt8> & Sendable,
        of path: String = "image.jpg"
    ) -> ServerResponse {
        let type = path.lowercased().hasSuffix(".png") ? "image/png" : "image/jpeg"
        return ServerResponse(
            status: 200,
            headers: [("Content-Type", type)] + ServerResponse.safety,
            body: .written(length: bytes.count) { writer in
                var rest = bytes[...]
                while !rest.isEmpty {
                    try await writer.write(Array(rest.prefix(Self.chunk)))
                    rest = rest.dropFirst(Self.chunk)
                }
            }
        )
    }

    /// As many zeros as asked for, without holding them in memory.
    private func zeros(_ count: Int, isLengthKnown: Bool) -> ServerResponse {
        ServerResponse(
            status: 200,
            headers: [("Content-Type", "image/jpeg")],
            body: .written(length: isLengthKnown ? count : nil) { writer in
                let zeros = [UInt8](repeating: 0, count: Self.chunk)
                var left = count
                while left > 0 {
                    try await writer.write(zeros.prefix(left))
                    left -= min(left, zeros.count)
                }
            }
        )
    }

    private func answer(_ fault: ImageFault, imageID: Int, request: ServerRequest) async throws -> ServerResponse {
        switch fault {
        case .notFound: return ServerResponse(status: 404, "no such image")
        case .forbidden: return ServerResponse(status: 403, "signature expired")
        case .unavailableOnce:
            guard core.images.isFirstRequest(imageID) else { return good(try await core.images.sampleBytes()) }
            return ServerResponse(status: 503)
        case .empty: return good([UInt8]())
        case .html:
            return ServerResponse(status: 200, type: "text/html", String(decoding: FaultyBytes.html, as: UTF8.self))
        case .truncated:
            let bytes = try await core.images.sampleBytes()
            return good(bytes.prefix(bytes.count / 2))
        case .interrupted: return .interrupted([UInt8](try await core.images.sampleBytes()), type: "image/jpeg")
        case .redirectLoop: return .redirect(to: request.target)
        case .redirectToFile: return .redirect(to: "file:///etc/passwd")
        case .redirectToMetadata: return .redirect(to: "http://169.254.169.254/latest/meta-data/")
        case .hang:
            // Longer than any client waits. When the server stops the sleep is cut short, and the connection with it.
            try? await Task.sleep(for: .seconds(3_600))
            return .hangUp
        case .huge: return zeros(Self.hugeSize, isLengthKnown: true)
        case .hugeChunked: return zeros(Self.hugeSize, isLengthKnown: false)
        case .png: return good(FaultyBytes.png(width: 320, height: 240))
        case .pngBomb: return good(FaultyBytes.pngBomb)
        case .oversizedHeader: return good(FaultyBytes.jpegHeader(width: 65_500, height: 65_500))
        case .zeroSize: return good(FaultyBytes.jpegHeader(width: 0, height: 0))
        case .heic: return good(FaultyBytes.heic)
        }
    }
}

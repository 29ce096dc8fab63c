import FlyingFox
import Foundation

/// The image host: good images, and those that are wrong in a particular way.
struct ImageHandler: Sendable {
    /// Large writes: an image goes out in a few of them.
    private static let chunk = 256 * 1_024
    private static let hugeSize = 1 << 30

    let core: AntennaCore

    /// Answers `GET /images/{id}/{name}`.
    func answer(_ request: HTTPRequest, path: [Substring]) async throws -> HTTPResponse {
        let delay = core.withState { shared in
            shared.traffic.imageRequests += 1
            if request.headers[.authorization] != nil { shared.traffic.imageRequestsWithToken += 1 }
            return shared.faults.nextImage()
        }
        if delay > .zero { try await Task.sleep(for: delay) }
        guard request.method == .GET, path.count >= 2, let id = Int(path[1]), let source = core.images.source(id) else {
            return HTTPResponse(statusCode: .notFound)
        }
        switch source {
        case .scene(let scene): return good(try await core.images.bytes(of: scene))
        case .bytes(let bytes): return good(Data(bytes))
        case .file(let path): return file(path)
        case .address(let address): return .redirect(to: address)
        case .fault(let fault): return try await answer(fault, imageID: id, request: request)
        }
    }

    private func file(_ path: String) -> HTTPResponse {
        do {
            // Mapped, so that a thousand requests do not hold a thousand copies.
            return good(try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped), of: path)
        } catch {
            return HTTPResponse(statusCode: .notFound, body: Data("\(error)".utf8))
        }
    }

    private func good(_ bytes: Data, of path: String = "image.jpg") -> HTTPResponse {
        let type = path.lowercased().hasSuffix(".png") ? "image/png" : "image/jpeg"
        return HTTPResponse(
            statusCode: .ok,
            headers: [.contentType: type],
            body: HTTPBodySequence(data: bytes, suggestedBufferSize: Self.chunk)
        )
    }

    private func answer(_ fault: ImageFault, imageID: Int, request: HTTPRequest) async throws -> HTTPResponse {
        switch fault {
        case .notFound: return HTTPResponse(statusCode: .notFound, body: Data("no such image".utf8))
        case .forbidden: return HTTPResponse(statusCode: .forbidden, body: Data("signature expired".utf8))
        case .unavailableOnce:
            guard core.images.isFirstRequest(imageID) else { return good(try await core.images.sampleBytes()) }
            return HTTPResponse(statusCode: .serviceUnavailable)
        case .empty: return good(Data())
        case .html:
            return HTTPResponse(statusCode: .ok, headers: [.contentType: "text/html"], body: Data(FaultyBytes.html))
        case .truncated:
            let bytes = try await core.images.sampleBytes()
            return good(bytes.prefix(bytes.count / 2))
        case .interrupted: return .interrupted(try await core.images.sampleBytes(), contentType: "image/jpeg")
        case .redirectLoop: return .redirect(to: request.target.rawValue)
        case .redirectToFile: return .redirect(to: "file:///etc/passwd")
        case .redirectToMetadata: return .redirect(to: "http://169.254.169.254/latest/meta-data/")
        case .hang:
            // Longer than any client waits. When the server stops the sleep is cut short, and the connection with it.
            try? await Task.sleep(for: .seconds(3_600))
            return .hangUp
        case .huge:
            return HTTPResponse(
                statusCode: .ok,
                headers: [.contentType: "image/jpeg"],
                body: HTTPBodySequence(
                    from: Zeros(count: Self.hugeSize),
                    count: Self.hugeSize,
                    suggestedBufferSize: Self.chunk
                )
            )
        case .hugeChunked:
            return HTTPResponse(
                statusCode: .ok,
                headers: [.contentType: "image/jpeg"],
                body: HTTPBodySequence(from: Zeros(count: Self.hugeSize), suggestedBufferSize: Self.chunk)
            )
        case .png: return good(Data(FaultyBytes.png(width: 320, height: 240)))
        case .pngBomb: return good(Data(FaultyBytes.pngBomb))
        case .oversizedHeader: return good(Data(FaultyBytes.jpegHeader(width: 65_500, height: 65_500)))
        case .zeroSize: return good(Data(FaultyBytes.jpegHeader(width: 0, height: 0)))
        case .gif: return good(Data(FaultyBytes.gif))
        }
    }
}

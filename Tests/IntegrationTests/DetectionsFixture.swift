import Foundation
import Imaging
import JSON
import LocalAntenna
import Logging
import TestSupport

/// Images whose insects are known: boxes in a picture, crops on a host of their own, and lists that cannot be worked with.
struct DetectionsFixture {
    /// A picture with boxes in it, the last one outside.
    let boxed: ImageSource
    /// A picture that is nowhere, with a crop for each box.
    let cropped = ImageSource.address("http://127.0.0.1:1/nowhere.jpg")
    /// A picture with more boxes than are taken.
    let overfull: ImageSource
    /// A picture of which nothing is known.
    let plain: ImageSource
    /// What is known of each of them, in the shape of the contract.
    let detections: [ImageSource: JSONValue]
    private let host: LocalAntennaServer

    static let boxCount = 30

    init() async throws {
        let pictures = try TestSheet.sources(3)
        (boxed, overfull, plain) = (pictures[0], pictures[1], pictures[2])
        var configuration = LocalAntennaConfiguration()
        // Small, as crops are: there are many of them.
        let pixels = [UInt8](repeating: 90, count: 48 * 64 * 3)
        let picture = try pixels.withUnsafeBytes { try JPEGEncoder(quality: 90).encode($0, height: 48, width: 64) }
        configuration.jobs = [JobSeed(pipelineSlug: "demo", images: [.bytes(picture)])]
        host = LocalAntennaServer(configuration: configuration, logger: .quiet)
        try await host.start()
        let crop = "\(host.baseURL.replacing("/api/v2", with: ""))/images/1001/crop.jpg"
        let inside = (0..<Self.boxCount - 1).map { Self.detection(x: 15.5 + 18 * Double($0)) }
        detections = [
            boxed: .array(inside + [Self.detection(x: 5_000)]),
            cropped: .array((0..<Self.boxCount).map { Self.detection(x: 2 * Double($0), crop: crop) }),
            overfull: .array(Array(repeating: Self.detection(x: 1), count: 10_001)),
        ]
    }

    /// Crops that were fetched so far.
    var cropRequests: Int { host.traffic.imageRequests }

    func discard() async { await host.stop() }

    static func detection(x: Double, crop: String? = nil) -> JSONValue {
        [
            "bbox": ["x1": .number(x), "y1": 20, "x2": .number(x + 60), "y2": 90.25],
            "crop_image_url": crop.map { .string($0) } ?? nil,
            "algorithm": ["name": "Drawn by hand", "key": "hand"],
        ]
    }
}

import Foundation
import Imaging
import LocalAntenna
import Worker

/// The images of a demo: files, or scenes drawn beforehand so that drawing takes no time from the run.
struct DemoImages {
    /// One for each task.
    let sources: [ImageSource]
    private let files: [ImageFiles.File]

    /// Takes the files at `paths`, or draws scenes when there are none.
    ///
    /// - Parameters:
    ///   - paths: Files and folders.
    ///   - sceneCount: Scenes to draw when `paths` is empty.
    ///   - onDrawn: Called with the number of scenes drawn so far.
    /// - Throws: `CommandFailure` when a path is not there.
    init(paths: [String], sceneCount: Int, onDrawn: (Int) -> Void) throws {
        guard paths.isEmpty else {
            files = try ImageFiles.find(paths)
            sources = files.map { .file($0.path) }
            return
        }
        sources = try (1...sceneCount).map { number in
            let jpeg = try SceneGenerator(SceneSpecification(seed: UInt64(number))).draw().jpeg()
            onDrawn(number)
            return .bytes(jpeg, name: "scene-\(number).jpg")
        }
        files = []
    }

    /// Hands on the images of the report one by one, each with its pictures as far as it can be read.
    ///
    /// - Throws: What `body` throws.
    func forEach(of outcomes: [DemoCollector.Outcome], _ body: (ReportImage) throws -> Void) throws {
        let pool = PixelBufferPool(maximumIdleBytes: 64 << 20)
        let folders = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
        for outcome in outcomes {
            let name = String(PathParts(outcome.source.name).name)
            var image = ReportImage(name: name, boxes: outcome.boxes, error: outcome.error)
            // An image that cannot be read has its error in the report already.
            guard let bytes = bytes(of: outcome.source) else {
                try body(image)
                continue
            }
            let metadata = ImageMetadata(of: Array(bytes.prefix(ImageMetadata.headBytes)))
            if case .file(let path) = outcome.source {
                image.file = path
                image.station = folders[path].map(Station.name) ?? ""
            }
            image.orientation = metadata.orientation
            image.capturedAt = metadata.capturedAt ?? CaptureTime(fileName: name)
            if let pixels = try? ImageDecoder().decode(bytes, into: pool) {
                let boxes = outcome.boxes.map(\.rect)
                image.pictures = FilePictures(of: pixels, boxes: boxes, for: .report, pool: pool)
            }
            try body(image)
        }
    }

    private func bytes(of source: ImageSource) -> [UInt8]? {
        switch source {
        case .file(let path): FileManager.default.contents(atPath: path).map(Array.init)
        case .bytes(let bytes, _): bytes
        default: nil
        }
    }
}

extension ReportImage.Box {
    /// The box in whole pixels.
    fileprivate var rect: PixelRect {
        func whole(_ value: Double) -> Int { Int(min(max(value.rounded(), -1e9), 1e9)) }
        return PixelRect(x: whole(x1), y: whole(y1), width: whole(x2) - whole(x1), height: whole(y2) - whole(y1))
    }
}

import Foundation
import Imaging
import LocalAntenna
import Worker

/// The images of a demo: files, or scenes drawn beforehand so that drawing takes no time from the run.
struct DemoImages {
    /// One for each task.
    let sources: [ImageSource]
    private let names: [String]

    /// Takes the files at `paths`, or draws scenes when there are none.
    ///
    /// - Parameters:
    ///   - paths: Files and folders.
    ///   - sceneCount: Scenes to draw when `paths` is empty.
    ///   - onDrawn: Called with the number of scenes drawn so far.
    /// - Throws: `CommandFailure` when a path is not there.
    init(paths: [String], sceneCount: Int, onDrawn: (Int) -> Void) throws {
        guard paths.isEmpty else {
            let files = try ImageFiles.find(paths)
            sources = files.map { .file($0) }
            names = files.map { ($0 as NSString).lastPathComponent }
            return
        }
        sources = try (1...sceneCount).map { number in
            let jpeg = try SceneGenerator(SceneSpecification(seed: UInt64(number))).draw().jpeg()
            onDrawn(number)
            return .bytes(jpeg, name: "scene-\(number).jpg")
        }
        names = (1...sceneCount).map { "Generated scene \($0)" }
    }

    /// The images of the report, with a small picture each as far as they can be read.
    func pictures(of outcomes: [DemoCollector.Outcome]) -> [ReportData.Image] {
        let pool = PixelBufferPool(maximumIdleBytes: 64 << 20)
        return zip(names, outcomes).prefix(ReportData.mostPictures).map { name, outcome in
            ReportData.Image(
                name: name,
                picture: bytes(of: outcome.source).flatMap { try? Thumbnail(of: $0, pool: pool) },
                boxes: outcome.boxes,
                error: outcome.error
            )
        }
    }

    /// An image that cannot be read has its error in the report already.
    private func bytes(of source: ImageSource) -> [UInt8]? {
        switch source {
        case .file(let path): FileManager.default.contents(atPath: path).map(Array.init)
        case .bytes(let bytes, _): bytes
        default: nil
        }
    }
}

import Foundation
import LocalAntenna
import Worker

extension BenchImages {
    /// Lends images as files and in memory.
    ///
    /// - Parameters:
    ///   - folder: Where they are; scenes are drawn when left out, and removed afterwards.
    ///   - count: Images in a run, going round and round those that are there.
    ///   - body: Measures with them.
    /// - Throws: `CommandFailure` when there are none; `ImagingError` for a file that is none; what `body` throws.
    package static func lend(
        folder: String?,
        count: Int,
        _ body: (BenchImages) async throws -> Void
    ) async throws {
        if let folder { return try await body(BenchImages(paths: ImageFiles.find([folder]).map(\.path), count: count)) }
        let folder = FileManager.default.temporaryDirectory.appending(path: "antenna-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = try drawScenes(4, into: folder)
        try await body(BenchImages(paths: paths, count: count))
    }

    private static func drawScenes(_ count: Int, into folder: URL) throws -> [String] {
        let progress = ProgressBar(label: "Drawing scenes", total: count)
        defer { progress.finish() }
        return try (1...count).map { number in
            let file = folder.appending(path: "scene-\(number).jpg")
            try Data(SceneGenerator(SceneSpecification(seed: UInt64(number))).draw().jpeg()).write(to: file)
            progress.update(done: number)
            return file.path
        }
    }
}

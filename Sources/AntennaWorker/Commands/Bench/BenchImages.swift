import ArgumentParser
import Foundation
import Imaging
import LocalAntenna

/// Which images are measured with.
struct BenchImageOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A folder of images; generated scenes of 4096 × 2160 when left out.",
            valueName: "folder"
        )
    )
    var images: String?
    @Option(help: "Images in a run, going round and round those that are there.") var count = 60

    func validate() throws {
        guard count > 0 else { throw ValidationError("--count is more than 0.") }
    }

    /// Lends the images as files and in memory.
    ///
    /// - Throws: `CommandFailure` when there are none; `ImagingError` for a file that is none; what `body` throws.
    func withImages(_ body: (BenchImages) async throws -> Void) async throws {
        if let images { return try await body(BenchImages(paths: ImageFiles.find([images]), count: count)) }
        let folder = FileManager.default.temporaryDirectory.appending(path: "antenna-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = try Self.drawScenes(4, into: folder)
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

/// The images of a measurement.
struct BenchImages: Sendable {
    /// One file.
    struct Image: Sendable {
        let path: String
        let bytes: [UInt8]
        /// Width × height.
        let pixels: Int

        /// The last part of the path.
        var name: String { URL(filePath: path).lastPathComponent }
    }

    /// The files, each once.
    let files: [Image]
    /// How many images a run has.
    let count: Int

    init(paths: [String], count: Int) throws {
        let decoder = ImageDecoder()
        files = try paths.map { path in
            guard let data = FileManager.default.contents(atPath: path) else {
                throw CommandFailure("\(path) cannot be read.")
            }
            let bytes = Array(data)
            let header = try decoder.header(of: bytes)
            return Image(path: path, bytes: bytes, pixels: header.width * header.height)
        }
        self.count = count
    }

    /// The image at a position of the run.
    subscript(index: Int) -> Image { files[index % files.count] }

    /// Pixels of a whole run.
    var pixels: Int { (0..<count).reduce(0) { $0 + self[$1].pixels } }
}

import Concurrency
import Foundation
import Imaging
package import Pipeline
import Synchronization
package import Worker

/// Makes what exports and the report need of each image, from the pixels that the models have just seen: several images at a time, on
/// threads of its own.
///
/// Pixels are kept, with their part of the budget, from the end of the analysis until the pictures are made.
package final class FilePreparer: TaskObserver {
    private let files: [ImageFiles.File]
    private let uses: FilePictures.Uses
    private let seen = Mutex<[String: (size: PixelSize, pixels: AdmittedPixels?)]>([:])
    private let threads: BlockingPool
    private let pool = PixelBufferPool(maximumIdleBytes: 16 << 20)

    /// Prepares for what is asked.
    ///
    /// - Parameters:
    ///   - files: The files; the tasks' ids are their positions.
    ///   - report: Whether a page shows them.
    ///   - crops: Whether each insect is cut out.
    package init(files: [ImageFiles.File], report: Bool, crops: Bool) {
        self.files = files
        var uses: FilePictures.Uses = report ? .report : []
        if crops { uses.insert(.crops) }
        self.uses = uses
        threads = BlockingPool(name: "pictures", threadCount: max(1, UsableProcessors.current().count / 2))
    }

    /// Keeps what is needed of an image until its result comes.
    package func analysed(_ image: AnalysedImage) {
        let buffer = image.image.buffer
        let size = PixelSize(height: buffer.height, width: buffer.width)
        seen.withLock { $0[image.task.id] = (size, uses.isEmpty ? nil : image.image) }
    }

    /// Reads a file's result, and makes its pictures.
    ///
    /// - Throws: `CommandFailure` for a result that is none of this worker's; `SystemThread.Shortage` without a thread.
    func file(_ result: EncodedResult, at position: Int) async throws -> AnalysedFile {
        let seen = seen.withLock { $0.removeValue(forKey: result.taskID) }
        let (file, uses, pool) = (files[position], uses, pool)
        return try await threads.run {
            let result = try FileResult(result)
            let head = Self.head(of: file.path)
            let metadata = ImageMetadata(of: head)
            let boxes = result.insects.map(\.rect)
            return AnalysedFile(
                path: file.path,
                name: file.name,
                station: Station.name(of: file),
                capturedAt: metadata.capturedAt
                    ?? CaptureTime(fileName: String(PathParts(file.path).name)),
                size: seen?.size ?? Self.size(in: head),
                orientation: metadata.orientation,
                result: result,
                pictures: seen?.pixels.map { FilePictures(of: $0.buffer, boxes: boxes, for: uses, pool: pool) }
                    ?? FilePictures()
            )
        }
    }

    /// The first bytes of a file; none where it cannot be read, which its result says.
    private static func head(of path: String) -> [UInt8] {
        // Without waiting: a named pipe that nobody writes to must not hold the thread.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: ImageMetadata.headBytes) { bytes, count in
            count = max(0, pread(descriptor, bytes.baseAddress, bytes.count, 0))
        }
    }

    /// The size of a picture that nobody decoded, as when all boxes that came with it lie outside.
    private static func size(in head: [UInt8]) -> PixelSize? {
        (try? ImageDecoder().header(of: head)).map { PixelSize(height: $0.height, width: $0.width) }
    }
}

extension FileResult.Insect {
    /// The box as a rectangle, which may lie outside of the image.
    var rect: PixelRect { PixelRect(x: x1, y: y1, width: x2 - x1, height: y2 - y1) }
}

import Foundation
import Imaging
import LocalAntenna
import Worker

/// The images of a measurement.
package struct BenchImages: Sendable {
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

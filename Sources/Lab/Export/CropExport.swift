import Foundation
import Imaging
package import Worker

/// Each insect as a JPEG of its own, in a folder by its label.
///
/// A file is called `IMAGE-POSITION-NUMBER.jpg`: the image's name, its place among all images, and the insect's place among those of the
/// image, so that images of the same name do not meet.
package struct CropExport: ResultExport {
    private let folder: String
    private var names = FolderNames()
    private var position = 0

    /// Makes the folder.
    ///
    /// - Throws: `CommandFailure` when it cannot be made.
    package init(folder: String) throws(CommandFailure) {
        self.folder = folder
        try Self.make(folder)
    }

    package mutating func take(_ file: AnalysedFile) throws(CommandFailure) {
        position += 1
        let stem = String(PathParts(file.path).stem).fileName
        for (index, (insect, crop)) in zip(file.result.insects, file.pictures.crops).enumerated() {
            guard let crop else { continue }
            let (name, isNew) = names.name(of: insect.answer?.label ?? "insect")
            if isNew { try Self.make("\(folder)/\(name)") }
            try OutputFile("\(folder)/\(name)/\(stem)-\(position)-\(index + 1).jpg").write(crop.jpeg, at: 0)
        }
    }

    package func finish() {}

    private static func make(_ folder: String) throws(CommandFailure) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure("\(folder) cannot be made: \(error.reason).")
        }
    }
}

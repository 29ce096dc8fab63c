package import Imaging

/// A file with all that exports and the report say of it.
package struct AnalysedFile: Sendable {
    /// As it was named.
    package let path: String
    /// The same from the folder that was named.
    package let name: String
    /// Where the camera stood; empty where nothing tells.
    package let station: String
    /// When the picture was taken, by EXIF, else by the file's name.
    package let capturedAt: CaptureTime?
    /// Of the picture; nil of one that was not decoded.
    package let size: PixelSize?
    /// Of EXIF, 1 to 8; boxes are measured in the picture as it is stored.
    package let orientation: Int
    /// What was found.
    let result: FileResult
    /// Pictures for whoever asked for them.
    let pictures: FilePictures
}

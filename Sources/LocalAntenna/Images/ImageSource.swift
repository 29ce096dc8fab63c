/// Where the image of a task comes from.
package enum ImageSource: Sendable, Hashable {
    /// A file, served as it is.
    case file(String)
    /// Bytes in memory, served as `image/jpeg`.
    case bytes([UInt8])
    /// A generated scene.
    case scene(SceneSpecification)
    /// Something that is wrong.
    case fault(ImageFault)
    /// An address elsewhere, handed out as it stands.
    case address(String)
}

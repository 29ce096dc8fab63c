import Foundation

/// Where the image of a task comes from.
package enum ImageSource: Sendable, Hashable {
    /// A file, served as it is.
    case file(String)
    /// Bytes in memory, served as `image/jpeg` under a name.
    case bytes([UInt8], name: String = "image.jpg")
    /// A generated scene.
    case scene(SceneSpecification)
    /// Something that is wrong.
    case fault(ImageFault)
    /// An address elsewhere, handed out as it stands.
    case address(String)

    /// The path of a file, the address of what is elsewhere, and for all others the name under which it is served.
    package var name: String {
        switch self {
        case .file(let path): path
        case .scene(let scene): "scene-\(scene.seed).jpg"
        case .fault(let fault): "\(fault.rawValue).jpg"
        case .bytes(_, let name): name
        case .address(let address): address
        }
    }

    /// The last part of the path under which it is served.
    var servedName: String {
        switch self {
        case .file(let path): Self.lastPart(path)
        case .address(let address): Self.lastPart(Self.decodedPath(address))
        default: name
        }
    }

    /// An address without its query, which may hold a signature.
    private static func decodedPath(_ address: String) -> String {
        let path = String(address.prefix { $0 != "?" && $0 != "#" })
        return path.removingPercentEncoding ?? path
    }

    private static func lastPart(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? "image.jpg"
        return name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? "image.jpg"
    }
}

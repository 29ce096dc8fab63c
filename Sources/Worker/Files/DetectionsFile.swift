import Foundation
package import JSON
package import Pipeline

/// Detections of images that somebody has made before, as a file has them: a list in the shape of Antenna's requests,
/// `[{source_image: {url}, bbox, crop_image_url?, algorithm: {name, key}}]`.
///
/// An image is known by the address or path in `source_image.url`. Where that leads elsewhere, its last part counts, as long as only one
/// image has that name.
package struct DetectionsFile: Sendable {
    /// More than that is a mistake.
    private static let mostBytes = 256 << 20

    private let path: String
    private let byURL: [String: [JSONValue]]
    /// Addresses by their last part; nil for a name that several have.
    private let urlByName: [String: String?]

    /// Reads a file.
    ///
    /// - Throws: `CommandFailure` for one that cannot be read or is no such list.
    package init(path: String) throws {
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        guard size ?? 0 <= Self.mostBytes else {
            throw CommandFailure("\(path) is larger than any file of detections.")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path) cannot be read.")
        }
        try self.init([UInt8](data), path: path)
    }

    /// Reads what a file contains.
    init(_ bytes: [UInt8], path: String) throws {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes, dialect: .python, mostValues: 10 * JSONBounds.mostValues)
        } catch {
            throw CommandFailure("\(path): \(error)")
        }
        guard let elements = json.elements else { throw CommandFailure("\(path) is no list of detections.") }
        var byURL: [String: [JSONValue]] = [:]
        for (index, element) in elements.enumerated() {
            guard let url = element["source_image"]?["url"]?.string else {
                throw CommandFailure("\(path): [\(index)].source_image.url does not say of which image it is.")
            }
            byURL[url, default: []].append(element)
        }
        var urlByName: [String: String?] = [:]
        for url in byURL.keys {
            let name = Self.name(of: url)
            urlByName.updateValue(urlByName[name] == nil ? url : nil, forKey: name)
        }
        (self.path, self.byURL, self.urlByName) = (path, byURL, urlByName)
    }

    /// The detections of an image as they stand in the file.
    ///
    /// - Parameter address: The image's address or path.
    /// - Returns: A list; nil when the file has none of the image.
    package func json(of address: String) -> JSONValue? {
        let url = byURL[address] == nil ? (urlByName[Self.name(of: address)] ?? nil) : address
        return url.flatMap { byURL[$0] }.map { .array($0) }
    }

    /// The detections of an image.
    ///
    /// - Parameter address: The image's address or path.
    /// - Returns: Nil when the file has none of the image.
    package func detections(of address: String) -> GivenDetections? {
        GivenDetections(json(of: address), imageID: nil)
    }

    /// Sees that each image's detections can be worked with.
    ///
    /// - Throws: `CommandFailure` with the first that cannot.
    package func check() throws {
        for url in byURL.keys.sorted() {
            guard case .refused(let sentence)? = detections(of: url) else { continue }
            throw CommandFailure("\(path), of \(url): \(sentence).")
        }
    }

    private static func name(of url: String) -> String {
        let path = url.prefix { $0 != "?" && $0 != "#" }
        return path.split(separator: "/").last.map(String.init) ?? String(path)
    }
}

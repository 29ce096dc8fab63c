package import JSON
import Transport

/// The detections that a task comes with: nothing is detected in its image.
package enum GivenDetections: Sendable, Hashable {
    /// At least one, in the order in which they came.
    case boxes([GivenDetection])
    /// They cannot be worked with; the sentence says why, and is the task's error result.
    case refused(String)

    /// The most a task may come with.
    package static let most = 10_000
    /// The longest name or key of an algorithm, in bytes; Antenna keeps no longer ones.
    private static let longestName = 255
    /// The longest refusal that is passed on.
    private static let longestRefusal = 500

    /// Whether the crop of each can be fetched, so that the image itself is not needed.
    package var haveCrops: Bool {
        guard case .boxes(let boxes) = self else { return false }
        return boxes.allSatisfy { $0.cropURL != nil }
    }
}

extension GivenDetections {
    /// Reads the member `detections` of a task: `[{source_image, bbox, crop_image_url?, algorithm}]`.
    ///
    /// A box that is not four finite numbers costs itself alone. A mistake in the structure refuses the whole list: another
    /// type, an algorithm without name or key, a detection of another image, too many. A text in place of the list is a refusal that a
    /// relay has passed on.
    /// Nil means that the detector is wanted: there is no member, null, or an empty list.
    ///
    /// - Parameters:
    ///   - json: The member; nil when there is none.
    ///   - imageID: The image of the task; nil takes detections of any image.
    package init?(_ json: JSONValue?, imageID: String?) {
        guard let json, !json.isNull else { return nil }
        if let refusal = json.string {
            let text = refusal.isEmpty ? "detections is no list" : refusal
            self = .refused(String(text.prefix(Self.longestRefusal)))
            return
        }
        guard let elements = json.elements else {
            self = .refused("detections is no list")
            return
        }
        guard !elements.isEmpty else { return nil }
        guard elements.count <= Self.most else {
            self = .refused("The task has \(elements.count) detections where \(Self.most) are allowed")
            return
        }
        do throws(Refusal) {
            var boxes: [GivenDetection] = []
            boxes.reserveCapacity(elements.count)
            for (index, element) in elements.enumerated() {
                boxes.append(try Self.detection(element, "detections[\(index)]", imageID, after: boxes.last))
            }
            self = .boxes(boxes)
        } catch {
            self = .refused(error.sentence)
        }
    }

    private struct Refusal: Error {
        let sentence: String

        init(_ sentence: String) { self.sentence = sentence }
    }

    private static func detection(
        _ json: JSONValue,
        _ name: String,
        _ imageID: String?,
        after previous: GivenDetection?
    ) throws(Refusal) -> GivenDetection {
        guard json.object != nil else { throw Refusal("\(name) is no object") }
        if let imageID, let image = json["source_image"]?["id"]?.id, image != imageID {
            throw Refusal("\(name) is of another image than the task")
        }
        guard let algorithmName = text(json["algorithm"]?["name"]), let key = text(json["algorithm"]?["key"]) else {
            throw Refusal("\(name) has no algorithm with a name and a key")
        }
        var cropURL: String?
        if let url = json["crop_image_url"], !url.isNull {
            guard let text = url.string else { throw Refusal("\(name).crop_image_url is no text") }
            guard text.utf8.count <= HTTPURL.maximumBytes else { throw Refusal("\(name).crop_image_url is too long") }
            cropURL = text.isEmpty ? nil : text
        }
        let algorithm = GivenDetection.Algorithm(name: algorithmName, key: key)
        return GivenDetection(
            box: json["bbox"].flatMap(GivenBox.init),
            cropURL: cropURL,
            // Ten thousand of them share one text.
            algorithm: previous.map(\.algorithm).flatMap { $0 == algorithm ? $0 : nil } ?? algorithm
        )
    }

    private static func text(_ json: JSONValue?) -> String? {
        json?.string.flatMap { (1...longestName).contains($0.utf8.count) ? $0 : nil }
    }
}

extension GivenBox {
    /// Reads a `bbox`; nil unless it has four finite numbers.
    fileprivate init?(_ json: JSONValue) {
        guard let x1 = json["x1"]?.double, let y1 = json["y1"]?.double, let x2 = json["x2"]?.double,
            let y2 = json["y2"]?.double
        else { return nil }
        self.init(x1: x1, y1: y1, x2: x2, y2: y2)
    }
}

import JSON
package import Pipeline
import Transport

/// The tasks that a reservation brought.
package struct AntennaReservation: Sendable, Hashable {
    /// Tasks to do.
    ///
    /// One without an address has an empty one: the fetch stage says so in its error result.
    package var tasks: [ImageTask] = []
    /// How many elements said too little to be answered at all (no id, no image, or no subject to reply to), or were more than
    /// anybody asks for.
    package var unanswerable = 0
}

extension AntennaReservation {
    /// No id of any server is longer, nor any subject.
    private static let longestID = 255
    private static let longestSubject = 4_096

    init(_ wire: AntennaWire.List<AntennaWire.Task>, job: AntennaJob) {
        unanswerable = wire.omitted
        for element in wire.elements {
            guard let element, let id = Self.text(element.id, Self.longestID),
                let subject = Self.text(element.replySubject, Self.longestSubject),
                let imageID = Self.text(element.imageID, Self.longestID)
            else {
                unanswerable += 1
                continue
            }
            tasks.append(
                ImageTask(
                    id: id,
                    imageID: imageID,
                    imageURL: Self.bounded(element.imageURL ?? ""),
                    replySubject: subject,
                    pipeline: job.pipeline,
                    jobID: job.id,
                    detections: element.detections,
                    configuration: element.configuration
                )
            )
        }
    }

    private static func text(_ value: String?, _ longest: Int) -> String? {
        guard let value, (1...longest).contains(value.utf8.count) else { return nil }
        return value
    }

    /// An address, cut to one byte over the limit, so that the fetch stage still refuses one that is too long.
    private static func bounded(_ url: String) -> String {
        let longest = HTTPURL.maximumBytes + 1
        return url.utf8.count > longest ? String(decoding: url.utf8.prefix(longest), as: UTF8.self) : url
    }
}

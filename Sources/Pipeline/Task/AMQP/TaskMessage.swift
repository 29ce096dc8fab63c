import FoundationEssentials
package import Transport

/// A task as it came over AMQP: what it says, and the message it was, which is passed on as it is.
package struct TaskMessage: Sendable, Hashable {
    /// The task.
    package let task: ImageTask
    /// The message, with members and headers that this worker does not know, as far as they fit into a message of its own.
    package let original: AMQPMessage

    /// The most bytes of a body.
    static let largestBody = 1 << 20
    /// The most bytes of a delivery worth taking: above ``largestBody``, so that a dead letter says what was wrong, and small beside memory,
    /// of which a prefetch of them is taken.
    package static let largestDelivery = 4 << 20
    /// AMQP writes properties and routing keys with a length of one byte.
    static let longestText = 255

    /// Reads a message.
    ///
    /// The body is Antenna's task JSON: `id`, `image_id`, `image_url`, `reply_subject`, and where the sender knows them `pipeline` and
    /// `job_id`; ids are strings or whole numbers, other members are left alone. The property `message_id` stands in for a missing
    /// `id`, `reply_to` for a missing `reply_subject`. A missing `image_url` is left to the fetch stage, whose error result says so.
    ///
    /// - Parameters:
    ///   - message: What was delivered.
    ///   - pipeline: The pipeline of the queue, for a body that names none.
    /// - Throws: ``MalformedTask`` when it cannot even be answered with an error.
    package init(_ message: AMQPMessage, pipeline: String) throws(MalformedTask) {
        guard message.body.count <= Self.largestBody else {
            throw MalformedTask(
                .tooLarge,
                message: "the body has \(message.body.count) bytes where \(Self.largestBody) are allowed"
            )
        }
        let body = try TaskBody(reading: message.body)
        task = ImageTask(
            id: try Self.text(body.id ?? message.messageID, "id"),
            imageID: try Self.text(body.imageID, "image_id"),
            imageURL: body.imageURL ?? "",
            replySubject: try Self.text(body.replySubject ?? message.replyTo, "reply_subject"),
            pipeline: try Self.text(body.pipeline ?? pipeline, "pipeline"),
            jobID: body.jobID,
            traceparent: message.headers["traceparent"]?.string.flatMap(Self.traceparent)
        )
        var original = message
        // Room for the marks of a message that is passed on.
        _ = original.cutHeaders(toFit: AMQPMessage.surelyFittingHeader - 128)
        self.original = original
    }

    /// A trace context as W3C writes it, 55 characters in its first version; anything else is no context to go on with.
    private static func traceparent(_ text: String) -> String? {
        guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        return text
    }

    private static func text(_ value: String?, _ field: String) throws(MalformedTask) -> String {
        guard let value, !value.isEmpty else {
            throw MalformedTask(.missing, field: field, message: "\(field) is missing")
        }
        guard value.utf8.count <= longestText else {
            throw MalformedTask(
                .tooLong,
                field: field,
                message: "\(field) has \(value.utf8.count) bytes where AMQP carries \(longestText)"
            )
        }
        return value
    }
}

/// The members of a task's JSON that mean something here.
private struct TaskBody: Decodable {
    var id: String?
    var imageID: String?
    var imageURL: String?
    var replySubject: String?
    var pipeline: String?
    var jobID: Int?

    enum CodingKeys: String, CodingKey {
        case id
        case imageID = "image_id"
        case imageURL = "image_url"
        case replySubject = "reply_subject"
        case pipeline
        case jobID = "job_id"
    }

    init(reading bytes: [UInt8]) throws(MalformedTask) {
        do {
            self = try JSONText.decode(TaskBody.self, from: bytes)
        } catch DecodingError.typeMismatch(_, let context) {
            throw Self.malformed(context.codingPath)
        } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
            throw Self.malformed(context.codingPath)
        } catch {
            throw MalformedTask(.notJSON, message: "the body is no JSON object in UTF-8")
        }
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        id = try members.decodeIfPresent(AntennaWire.ID.self, forKey: .id)?.text
        imageID = try members.decodeIfPresent(AntennaWire.ID.self, forKey: .imageID)?.text
        imageURL = try members.decodeIfPresent(String.self, forKey: .imageURL)
        replySubject = try members.decodeIfPresent(String.self, forKey: .replySubject)
        pipeline = try members.decodeIfPresent(String.self, forKey: .pipeline)
        guard let job = try members.decodeIfPresent(AntennaWire.ID.self, forKey: .jobID) else { return }
        guard let number = Int(job.text) else {
            throw DecodingError.dataCorruptedError(forKey: .jobID, in: members, debugDescription: "no whole number")
        }
        jobID = number
    }

    private static func malformed(_ path: [any CodingKey]) -> MalformedTask {
        guard let field = path.first?.stringValue else {
            return MalformedTask(.notJSON, message: "the body is no JSON object in UTF-8")
        }
        return MalformedTask(.wrongType, field: field, message: "\(field) has another type than the contract says")
    }
}

package import Concurrency
import JSON
package import Pipeline
package import Transport

/// A task as it came over AMQP: what it says, and the message it was, which is passed on as it is.
package struct TaskMessage: Sendable, Hashable {
    /// The task.
    package let task: ImageTask
    /// The message, with members and headers that this worker does not know, as far as they fit into a message of its own.
    package let original: AMQPMessage

    /// The most bytes of a body: room for ten thousand detections, with the addresses of their crops.
    package static let largestBody = 4 << 20
    /// The most bytes of a delivery worth taking: above ``largestBody``, so that a dead letter says what was wrong, and small beside memory,
    /// of which a prefetch of them is taken.
    package static let largestDelivery = 6 << 20
    /// AMQP writes properties and routing keys with a length of one byte.
    package static let longestText = 255

    /// Reads a message.
    ///
    /// The body is Antenna's task JSON: `id`, `image_id`, `image_url`, `reply_subject`, and where the sender knows them `pipeline`,
    /// `job_id`, `detections` that exist, and the `config` that is wanted. Ids are strings or whole numbers; other members are left alone.
    /// The property `message_id` stands in for a missing `id`, `reply_to` for a missing `reply_subject`. A missing `image_url` is left to the
    /// fetch stage, whose error result says so.
    ///
    /// - Parameters:
    ///   - message: What was delivered.
    ///   - pipeline: The pipeline of the queue, for a body that names none.
    ///   - lane: The lane of the queue.
    /// - Throws: ``MalformedTask`` when it cannot even be answered with an error.
    package init(_ message: AMQPMessage, pipeline: String, lane: Lane = .batch) throws(MalformedTask) {
        guard message.body.count <= Self.largestBody else {
            throw MalformedTask(
                .tooLarge,
                message: "the body has \(message.body.count) bytes where \(Self.largestBody) are allowed"
            )
        }
        let body = try TaskBody(reading: message.body)
        let id = try Self.text(body.id ?? message.messageID, "id")
        let imageID = try Self.text(body.imageID, "image_id")
        task = ImageTask(
            id: id,
            imageID: imageID,
            imageURL: body.imageURL ?? "",
            replySubject: try Self.text(body.replySubject ?? message.replyTo, "reply_subject"),
            pipeline: try Self.text(body.pipeline ?? pipeline, "pipeline"),
            jobID: body.jobID,
            traceparent: message.headers["traceparent"]?.string.flatMap(Self.traceparent),
            detections: GivenDetections(body.detections, imageID: imageID),
            configuration: TaskConfiguration(body.config),
            lane: lane
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
private struct TaskBody {
    let id: String?
    let imageID: String?
    let imageURL: String?
    let replySubject: String?
    let pipeline: String?
    let jobID: Int?
    let detections: JSONValue?
    let config: JSONValue?

    init(reading bytes: [UInt8]) throws(MalformedTask) {
        guard let json = try? JSONValue(parsing: bytes, dialect: .python), let members = json.object else {
            throw MalformedTask(.notJSON, message: "the body is no JSON object in UTF-8")
        }
        id = try Self.member("id", of: members, as: \.id)
        imageID = try Self.member("image_id", of: members, as: \.id)
        imageURL = try Self.member("image_url", of: members, as: \.string)
        replySubject = try Self.member("reply_subject", of: members, as: \.string)
        pipeline = try Self.member("pipeline", of: members, as: \.string)
        jobID = try Self.member("job_id", of: members, as: \.lenientInt)
        // What is wrong with them can be answered with an error result.
        detections = members["detections"]
        config = members["config"]
    }

    /// A member that may be missing or null, though not be something else.
    private static func member<Value>(
        _ name: String,
        of members: JSONObject,
        as kind: (JSONValue) -> Value?
    ) throws(MalformedTask) -> Value? {
        guard let member = members[name], !member.isNull else { return nil }
        guard let value = kind(member) else {
            throw MalformedTask(
                .wrongType,
                field: name,
                message: "\(name) has another type than the contract says"
            )
        }
        return value
    }
}

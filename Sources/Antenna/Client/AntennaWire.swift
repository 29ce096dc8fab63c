import JSON
import Pipeline

/// What Antenna's answers look like, read with patience: unknown fields are ignored, and an element that is wrong spoils only itself.
enum AntennaWire {
    /// The most elements of a list that are read, more than anybody asks for.
    static let mostElements = 10_000

    /// The meaning of a value in an answer.
    protocol Element {
        /// Reads a value; nil when it lacks what nobody can do without.
        init?(_ json: JSONValue)
    }

    /// A list in an answer.
    struct List<Item: Element> {
        /// Its elements; `nil` for one that cannot be read.
        var elements: [Item?]
        /// Elements beyond ``AntennaWire/mostElements``.
        var omitted: Int
        /// Whether the server says that another page follows.
        var hasNext: Bool
        /// How many elements all pages have, where the server says it.
        var count: Int?
    }

    struct Job: Element {
        let id: Int
        let pipelineSlug: String?
        let permissions: [String]?

        /// Whether tasks may be taken and results posted, as far as the server says.
        var seemsPermitted: Bool? {
            permissions.map { $0.contains("tasks") && $0.contains("result") }
        }

        init?(_ json: JSONValue) {
            guard let id = json["id"]?.lenientInt else { return nil }
            self.id = id
            pipelineSlug = json["pipeline_slug"]?.string
            permissions = json["user_permissions"]?.strings
        }
    }

    /// A task, or what can be made out of one.
    struct Task: Element {
        let id: String?
        let imageID: String?
        let imageURL: String?
        let replySubject: String?
        let detections: GivenDetections?
        let configuration: TaskConfiguration?

        init?(_ json: JSONValue) {
            guard json.object != nil else { return nil }
            id = json["id"]?.id
            imageID = json["image_id"]?.id
            imageURL = json["image_url"]?.string
            replySubject = json["reply_subject"]?.string
            detections = GivenDetections(json["detections"], imageID: imageID)
            configuration = TaskConfiguration(json["config"])
        }
    }

    /// The acknowledgement of one posted result.
    struct TaskReceipt: Element {
        let replySubject: String
        let status: String

        init?(_ json: JSONValue) {
            guard let subject = json["reply_subject"]?.string, let status = json["status"]?.string else { return nil }
            replySubject = subject
            self.status = status
        }
    }

    struct Project: Element {
        let id: Int
        let name: String?

        init?(_ json: JSONValue) {
            guard let id = json["id"]?.lenientInt else { return nil }
            self.id = id
            name = json["name"]?.string
        }
    }

    struct Registration: Element {
        let created: [String]
        let updated: [String]

        init?(_ json: JSONValue) {
            guard json.object != nil else { return nil }
            created = json["pipelines_created"]?.strings ?? []
            updated = json["pipelines_updated"]?.strings ?? []
        }
    }

    /// Reads a body; nil when it is not what is asked for.
    static func read<Value: Element>(_ type: Value.Type, from body: [UInt8]) -> Value? {
        value(body, in: nil).flatMap { Value($0) }
    }

    /// Reads a list that is a member of the body.
    ///
    /// - Parameters:
    ///   - name: The member's name.
    ///   - type: What its elements are.
    ///   - body: The body.
    ///   - isBareTaken: Whether a body that is the list itself is taken, too, as some servers send it.
    /// - Returns: The list; nil when there is none.
    static func read<Item: Element>(
        list name: String,
        of type: Item.Type,
        from body: [UInt8],
        isBareTaken: Bool = false
    ) -> List<Item>? {
        let members = JSONOutline.members(of: body)
        guard members?[name] != nil || (members == nil && isBareTaken) else { return nil }
        guard let list = JSONOutline.elements(of: body, in: members?[name], atMost: mostElements) else { return nil }
        return List(
            elements: list.first.map { value(body, in: $0).flatMap { Item($0) } },
            omitted: list.count - list.first.count,
            hasNext: members?["next"].flatMap { value(body, in: $0)?.string } != nil,
            count: members?["count"].flatMap { value(body, in: $0)?.int }
        )
    }

    private static func value(_ body: [UInt8], in range: Range<Int>?) -> JSONValue? {
        try? JSONValue(parsing: body, in: range, dialect: .python)
    }
}

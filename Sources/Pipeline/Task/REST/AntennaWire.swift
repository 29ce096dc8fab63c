import FoundationEssentials

/// What Antenna's answers look like, read with patience: unknown fields are ignored, and an element that is wrong spoils only itself.
enum AntennaWire {
    /// The most elements of a list that are read, more than anybody asks for.
    static let mostElements = 10_000

    /// An id, whether it is written as a string or as a number.
    struct ID: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                text = "\(number)"
            } else {
                text = try container.decode(String.self)
            }
        }
    }

    /// An element of a list that may be anything.
    struct Lenient<Element: Decodable>: Decodable {
        let element: Element?

        init(from decoder: any Decoder) throws {
            // The element that cannot be read is counted by whoever reads the list.
            element = try? Element(from: decoder)
        }
    }

    /// A list in an answer.
    struct List<Element: Decodable> {
        /// Its elements; `nil` for one that cannot be read.
        var elements: [Element?]
        /// Elements beyond ``AntennaWire/mostElements``.
        var omitted: Int
        /// Whether the server says that another page follows.
        var hasNext: Bool
        /// How many elements all pages have, where the server says it.
        var count: Int?
    }

    struct Job: Decodable {
        let id: Int
        let pipelineSlug: String?
        let permissions: [String]?

        /// Whether tasks may be taken and results posted, as far as the server says.
        var seemsPermitted: Bool? {
            permissions.map { $0.contains("tasks") && $0.contains("result") }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            id = try container.number(forKey: .id)
            pipelineSlug = try? container.decode(String.self, forKey: .pipelineSlug)
            permissions = try? container.decode([String].self, forKey: .permissions)
        }

        private enum Keys: String, CodingKey {
            case id
            case pipelineSlug = "pipeline_slug"
            case permissions = "user_permissions"
        }
    }

    /// A task, or what can be made out of one.
    struct Task: Decodable {
        let id: String?
        let imageID: String?
        let imageURL: String?
        let replySubject: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            id = (try? container.decode(ID.self, forKey: .id))?.text
            imageID = (try? container.decode(ID.self, forKey: .imageID))?.text
            imageURL = try? container.decode(String.self, forKey: .imageURL)
            replySubject = try? container.decode(String.self, forKey: .replySubject)
        }

        private enum Keys: String, CodingKey {
            case id
            case imageID = "image_id"
            case imageURL = "image_url"
            case replySubject = "reply_subject"
        }
    }

    /// What the acknowledgement of posted results says of one.
    struct TaskReceipt: Decodable {
        let replySubject: String
        let status: String

        private enum CodingKeys: String, CodingKey {
            case replySubject = "reply_subject"
            case status
        }
    }

    struct Project: Decodable {
        let id: Int
        let name: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            id = try container.number(forKey: .id)
            name = try? container.decode(String.self, forKey: .name)
        }

        private enum Keys: CodingKey {
            case id
            case name
        }
    }

    struct Registration: Decodable {
        let created: [String]
        let updated: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            created = (try? container.decode([String].self, forKey: .created)) ?? []
            updated = (try? container.decode([String].self, forKey: .updated)) ?? []
        }

        private enum Keys: String, CodingKey {
            case created = "pipelines_created"
            case updated = "pipelines_updated"
        }
    }

    /// Reads a body; nil when it is not what is asked for.
    static func read<Value: Decodable>(_ type: Value.Type, from body: [UInt8]) -> Value? {
        try? JSONText.decode(type, from: body)
    }

    /// Reads a list that is a member of the body.
    ///
    /// - Parameters:
    ///   - name: The member's name.
    ///   - type: What its elements are.
    ///   - body: The body.
    ///   - isBareTaken: Whether a body that is the list itself is taken, too, as some servers send it.
    /// - Returns: The list; nil when there is none.
    static func read<Element: Decodable>(
        list name: String,
        of type: Element.Type,
        from body: [UInt8],
        isBareTaken: Bool = false
    ) -> List<Element>? {
        let members = JSONText.members(of: body)
        guard members?[name] != nil || (members == nil && isBareTaken) else { return nil }
        guard let list = JSONText.elements(of: body, in: members?[name], atMost: mostElements) else { return nil }
        let next = members?["next"].flatMap { try? JSONText.decode(String.self, from: body[$0]) }
        return List(
            elements: list.first.map { try? JSONText.decode(type, from: body[$0]) },
            omitted: list.count - list.first.count,
            hasNext: next != nil,
            count: members?["count"].flatMap { try? JSONText.decode(Int.self, from: body[$0]) }
        )
    }
}

extension KeyedDecodingContainer {
    /// A whole number, written as one or as a string.
    func number(forKey key: Key) throws -> Int {
        guard let number = Int(try decode(AntennaWire.ID.self, forKey: key).text) else {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "no whole number")
        }
        return number
    }
}

import FoundationEssentials

/// What Antenna's answers look like, read with patience: unknown fields are ignored, and an element that is wrong spoils only itself.
enum AntennaWire {
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

    /// A page of a list: `{results:[…], next}`, or a bare list as some servers send.
    struct Page<Element: Decodable>: Decodable {
        var results: [Lenient<Element>]
        var next: String?

        init(from decoder: any Decoder) throws {
            if let list = try? decoder.singleValueContainer().decode([Lenient<Element>].self) {
                results = list
                return
            }
            let container = try decoder.container(keyedBy: Keys.self)
            results = try container.decode([Lenient<Element>].self, forKey: .results)
            next = try? container.decode(String.self, forKey: .next)
        }

        private enum Keys: CodingKey {
            case results
            case next
        }
    }

    struct Job: Decodable {
        let id: Int
        let pipelineSlug: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            guard let id = Int(try container.decode(ID.self, forKey: .id).text) else {
                throw DecodingError.dataCorruptedError(forKey: .id, in: container, debugDescription: "no whole number")
            }
            self.id = id
            pipelineSlug = try? container.decode(String.self, forKey: .pipelineSlug)
        }

        private enum Keys: String, CodingKey {
            case id
            case pipelineSlug = "pipeline_slug"
        }
    }

    struct Tasks: Decodable {
        let tasks: [Lenient<Task>]
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

    /// The acknowledgement of posted results.
    struct Receipt: Decodable {
        let tasks: [Lenient<TaskReceipt>]
    }

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
            guard let id = Int(try container.decode(ID.self, forKey: .id).text) else {
                throw DecodingError.dataCorruptedError(forKey: .id, in: container, debugDescription: "no whole number")
            }
            self.id = id
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
        try? JSONDecoder().decode(type, from: Data(body))
    }
}

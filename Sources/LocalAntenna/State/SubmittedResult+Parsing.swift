extension SubmittedResult {
    /// Members that differ from run to run although the finding is the same.
    static let volatileKeys: Set<String> = ["timestamp", "inference_time", "total_time"]

    /// Reads one item of a POST to `result/`.
    ///
    /// - Throws: `APIRejection` with status 400, naming the member that is missing or of the wrong type.
    package init(json item: JSONValue) throws(APIRejection) {
        let item = Member(item, "")
        self.replySubject = try item["reply_subject"].string()
        let result = try item["result"]
        if case .string(let message)? = result.value["error"] {
            let imageID = result.value["image_id"] ?? .null
            guard imageID.isNull || imageID.string != nil else { throw .badRequest("result.image_id: not a string") }
            self.outcome = .failure(message: message, imageID: imageID.string)
        } else {
            self.outcome = .detections(try SubmittedDetections(result))
        }
        self.json = result.value
        self.fingerprint = result.value.fingerprint(ignoring: Self.volatileKeys)
    }
}

extension SubmittedDetections {
    fileprivate init(_ result: Member) throws(APIRejection) {
        self.pipeline = try result["pipeline"].string()
        _ = try result["total_time"].double()
        if let algorithms = result.optional("algorithms") {
            guard case .object = algorithms.value else { throw algorithms.wrong("an object") }
        }
        var ids: [String] = []
        for image in try result["source_images"].list() {
            _ = try image["url"].string()
            ids.append(try image["id"].string())
        }
        self.sourceImageIDs = ids
        var detections: [SubmittedDetection] = []
        for detection in try result["detections"].list() {
            detections.append(try SubmittedDetection(detection))
        }
        self.detections = detections
    }
}

extension SubmittedDetection {
    fileprivate init(_ detection: Member) throws(APIRejection) {
        self.sourceImageID = try detection["source_image_id"].string()
        let bbox = try detection["bbox"]
        self.box = [
            try bbox["x1"].double(), try bbox["y1"].double(), try bbox["x2"].double(), try bbox["y2"].double(),
        ]
        _ = try detection.optional("inference_time")?.double()
        _ = try detection.optional("crop_image_url")?.string()
        try detection["timestamp"].timestamp()
        self.algorithmKey = try detection["algorithm"].algorithmKey()
        var classifications: [SubmittedClassification] = []
        for classification in try detection["classifications"].list() {
            classifications.append(try SubmittedClassification(classification))
        }
        self.classifications = classifications
    }
}

extension SubmittedClassification {
    fileprivate init(_ classification: Member) throws(APIRejection) {
        self.label = try classification["classification"].string()
        self.algorithmKey = try classification["algorithm"].algorithmKey()
        let terminal = try classification["terminal"]
        guard let isTerminal = terminal.value.bool else { throw terminal.wrong("a boolean") }
        self.isTerminal = isTerminal
        _ = try classification.optional("inference_time")?.double()
        try classification["timestamp"].timestamp()
        for label in try classification.optional("labels")?.list() ?? [] {
            _ = try label.string()
        }
        _ = try classification["logits"].doubles()
        let scores = try classification["scores"].doubles()
        self.scoreCount = scores.count
        self.best = scores.indices.max { scores[$0] < scores[$1] }.map { ($0, scores[$0]) }
    }
}

/// A value and the way to it, so that a refusal can say where the mistake is.
private struct Member {
    let value: JSONValue
    let path: String

    init(_ value: JSONValue, _ path: String) {
        self.value = value
        self.path = path
    }

    subscript(key: String) -> Member {
        get throws(APIRejection) {
            guard case .object(let members) = value else { throw wrong("an object") }
            guard let member = members[key] else { throw .badRequest("\(path)\(key): field required") }
            return Member(member, "\(path)\(key).")
        }
    }

    func optional(_ key: String) -> Member? {
        guard let member = value[key], !member.isNull else { return nil }
        return Member(member, "\(path)\(key).")
    }

    func wrong(_ expected: String) -> APIRejection {
        .badRequest("\(path.isEmpty ? "item" : String(path.dropLast())): not \(expected)")
    }

    func string() throws(APIRejection) -> String {
        guard let string = value.string else { throw wrong("a string") }
        return string
    }

    func double() throws(APIRejection) -> Double {
        guard let double = value.double else { throw wrong("a number") }
        return double
    }

    func doubles() throws(APIRejection) -> [Double] {
        guard let doubles = value.doubles else { throw wrong("an array of numbers") }
        return doubles
    }

    func list() throws(APIRejection) -> [Member] {
        guard let elements = value.elements else { throw wrong("an array") }
        return elements.enumerated().map { Member($0.element, "\(path)\($0.offset).") }
    }

    func algorithmKey() throws(APIRejection) -> String {
        _ = try self["name"].string()
        return try self["key"].string()
    }

    /// Checks for `yyyy-mm-ddThh:mm:ss` with an optional fraction and zone; the calendar is not consulted.
    func timestamp() throws(APIRejection) {
        let pattern = Array("0000-00-00T00:00:00".utf8)
        let text = Array(try string().utf8)
        let fits =
            text.count >= pattern.count
            && zip(text, pattern).allSatisfy { byte, expected in
                expected == UInt8(ascii: "0") ? (0x30...0x39).contains(byte) : byte == expected
            }
        guard fits else { throw wrong("an ISO 8601 timestamp") }
    }
}

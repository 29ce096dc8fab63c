package import JSON

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
        if let message = result.value["error"]?.string {
            self.outcome = .failure(message: message, imageID: try result.optional("image_id")?.id())
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
            let isEmptyList = algorithms.value.elements?.isEmpty ?? false
            guard algorithms.value.object != nil || isEmptyList else { throw algorithms.wrong("an object") }
        }
        var ids: [String] = []
        for image in try result["source_images"].list() {
            _ = try image["url"].string()
            ids.append(try image["id"].id())
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
        self.sourceImageID = try detection["source_image_id"].id()
        if let bbox = detection.optional("bbox") {
            self.box = [
                try bbox["x1"].double(), try bbox["y1"].double(), try bbox["x2"].double(), try bbox["y2"].double(),
            ]
        } else {
            self.box = nil
        }
        _ = try detection.optional("inference_time")?.double()
        _ = try detection.optional("crop_image_url")?.string()
        try detection["timestamp"].timestamp()
        self.algorithmKey = try detection["algorithm"].algorithmKey()
        var classifications: [SubmittedClassification] = []
        for classification in try detection.present("classifications")?.list() ?? [] {
            classifications.append(try SubmittedClassification(classification))
        }
        self.classifications = classifications
    }
}

extension SubmittedClassification {
    fileprivate init(_ classification: Member) throws(APIRejection) {
        self.label = try classification["classification"].string()
        self.algorithmKey = try classification["algorithm"].algorithmKey()
        self.isTerminal = try classification.present("terminal")?.bool() ?? true
        _ = try classification.optional("inference_time")?.double()
        try classification["timestamp"].timestamp()
        for label in try classification.optional("labels")?.list() ?? [] {
            _ = try label.string()
        }
        _ = try classification.optional("logits")?.doubles()
        self.featureCount = try classification.optional("features")?.doubles().count ?? 0
        let scores = try classification.present("scores")?.doubles() ?? []
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
            guard let members = value.object else { throw wrong("an object") }
            guard let member = members[key] else { throw .badRequest("\(path)\(key): field required") }
            return Member(member, "\(path)\(key).")
        }
    }

    func optional(_ key: String) -> Member? {
        guard let member = value[key], !member.isNull else { return nil }
        return Member(member, "\(path)\(key).")
    }

    /// A member that may be left out, though not be null.
    func present(_ key: String) -> Member? {
        value[key].map { Member($0, "\(path)\(key).") }
    }

    func wrong(_ expected: String) -> APIRejection {
        .badRequest("\(path.isEmpty ? "item" : String(path.dropLast())): not \(expected)")
    }

    func string() throws(APIRejection) -> String {
        guard let string = value.string else { throw wrong("a string") }
        return string
    }

    /// An id: text, or a whole number, which is taken for its text.
    func id() throws(APIRejection) -> String {
        guard let id = value.id else { throw wrong("a string") }
        return id
    }

    func bool() throws(APIRejection) -> Bool {
        guard let bool = value.bool else { throw wrong("a boolean") }
        return bool
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

    /// Checks for `yyyy-mm-ddThh:mm:ss` of a day that is in the calendar, with an optional fraction and zone; a blank may stand for the T, and
    /// a number of seconds for all of it.
    func timestamp() throws(APIRejection) {
        if value.double != nil { return }
        let pattern = Array("0000-00-00T00:00:00".utf8)
        let text = Array(try string().utf8)
        let fits =
            text.count >= pattern.count
            && zip(text, pattern).allSatisfy { byte, expected in
                switch expected {
                case UInt8(ascii: "0"): (0x30...0x39).contains(byte)
                case UInt8(ascii: "T"): [expected, UInt8(ascii: " ")].contains(byte)
                default: byte == expected
                }
            }
        guard fits else { throw wrong("an ISO 8601 timestamp") }
        let digits = { (range: Range<Int>) in text[range].reduce(0) { $0 * 10 + Int($1 - 0x30) } }
        let (year, month, day) = (digits(0..<4), digits(5..<7), digits(8..<10))
        let isLeap = year.isMultiple(of: 4) && !(year.isMultiple(of: 100) && !year.isMultiple(of: 400))
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        let isInCalendar = year > 0 && (1...12).contains(month) && (1...days[max(0, min(11, month - 1))]).contains(day)
        guard isInCalendar, digits(11..<13) < 24, digits(14..<16) < 60, digits(17..<19) < 60 else {
            throw wrong("a moment in the calendar")
        }
    }
}

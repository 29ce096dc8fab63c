import JSON
import Pipeline
import Transport
import Worker

/// A file's result for people, read from the JSON that a server would get.
struct FileResult: Sendable, Equatable {
    /// Something that was found, corners in pixels of the stored image.
    struct Insect: Sendable, Equatable {
        let x1: Int
        let y1: Int
        let x2: Int
        let y2: Int
        /// How sure the detector is, 0 to 1; nil for what others have detected.
        let detectionScore: Double?
        /// The key of the detector.
        let detector: String?
        /// The last words on it, one of each classifier; none where nobody was asked.
        let words: [Word]
        /// Whether the words are the pipeline's answer, and not that of a filter, after which no name came.
        let isTerminal: Bool

        /// The surest of the last words.
        var answer: Word? { words.max { $0.score ?? 0 < $1.score ?? 0 } }
    }

    /// A classifier's word on an insect.
    struct Word: Sendable, Equatable {
        let label: String
        /// How sure the classifier is of the label, 0 to 1.
        let score: Double?
        /// The key of the classifier.
        let algorithm: String?
    }

    let insects: [Insect]
    /// Why there is nothing; nil for a success.
    let failure: String?
    /// The errors of detections that came with the task.
    let errors: [String]
}

extension FileResult {
    /// Reads a result.
    ///
    /// - Throws: `CommandFailure` when it is none of this worker's.
    init(_ result: EncodedResult) throws {
        guard let json = try? JSONValue(parsing: result.json, mostValues: .max) else { throw Self.foreign(result) }
        failure = json["error"]?.string
        errors = json["errors"]?.strings ?? []
        insects = try (json["detections"]?.elements ?? []).map { detection in
            guard let insect = Insect(detection) else { throw Self.foreign(result) }
            return insect
        }
    }

    private static func foreign(_ result: EncodedResult) -> CommandFailure {
        CommandFailure("The result of task \(result.taskID) is none of this worker's.")
    }
}

extension FileResult.Insect {
    /// Reads a detection of a result.
    init?(_ json: JSONValue) {
        guard let box = json["bbox"], let x1 = box["x1"]?.pixel, let y1 = box["y1"]?.pixel,
            let x2 = box["x2"]?.pixel, let y2 = box["y2"]?.pixel,
            let words = json["classifications"]?.elements
        else { return nil }
        let terminal = words.filter { $0["terminal"]?.bool ?? true }
        self.init(
            x1: x1,
            y1: y1,
            x2: x2,
            y2: y2,
            detectionScore: json["score"]?.double,
            detector: json["algorithm"]?["key"]?.string,
            words: (terminal.isEmpty ? words.suffix(1) : terminal).compactMap(FileResult.Word.init),
            isTerminal: !terminal.isEmpty || words.isEmpty
        )
    }
}

extension FileResult.Word {
    /// Reads a classification of a result.
    init?(_ json: JSONValue) {
        guard let label = json["classification"]?.string else { return nil }
        self.init(
            label: label,
            score: json["scores"]?.doubles?.max(),
            algorithm: json["algorithm"]?["key"]?.string
        )
    }
}

extension JSONValue {
    /// A coordinate in whole pixels; what others write may be anything finite.
    fileprivate var pixel: Int? { double.map { Int(min(max($0, -1e9), 1e9)) } }
}

extension FileResult {
    /// The result as a paragraph with an empty line behind it: the file, and a line for each insect.
    func text(of path: String, on terminal: Terminal) -> String {
        let name = terminal.styled(path.visible, .bold)
        if let failure { return "\(name)\n  \(terminal.styled(failure.visible, .red))\n\n" }
        let mistakes = errors.map { "  \(terminal.styled($0.visible, .red))\n" }.joined()
        guard !insects.isEmpty else { return "\(name)\n  nothing found\n\(mistakes)\n" }
        let rows = insects.map { insect in
            [
                "\(insect.x1),\(insect.y1)", "\(insect.x2 - insect.x1)×\(insect.y2 - insect.y1)",
                insect.detectionScore.map { NumberText.fixed($0, digits: 2) } ?? "–",
                Self.joined(insect.words.map { word in word.score.map { NumberText.fixed($0, digits: 2) } ?? "–" }),
                Self.joined(insect.words.map(\.label)) + (insect.isTerminal ? "" : " (not named)"),
            ]
        }
        let table = TextTable(header: ["place", "size", "found", "named", "label"], rows: rows)
        let lines = "\(table)".split(separator: "\n").map { "  \($0)\n" }
        let count = insects.count == 1 ? "1 insect" : "\(insects.count) insects"
        return "\(name), \(count)\n\(lines.joined())\(mistakes)\n"
    }

    private static func joined(_ words: [String]) -> String { words.isEmpty ? "–" : words.joined(separator: " / ") }
}

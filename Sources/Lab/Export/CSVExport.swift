import Imaging
package import Worker

/// A table with commas between, a row a detection.
package struct CSVExport: ResultExport {
    private static let header = """
        image,captured_at,station,x1,y1,x2,y2,detection_score,label,classification_score,algorithm

        """

    private var file: GrowingFile

    /// Makes the file.
    ///
    /// - Throws: `CommandFailure` when it cannot be written.
    package init(path: String) throws(CommandFailure) {
        file = try GrowingFile(path)
        try file.append(Self.header)
    }

    package mutating func take(_ analysed: AnalysedFile) throws(CommandFailure) {
        let place = [
            analysed.path.csvField, analysed.capturedAt?.description ?? "", analysed.station.csvField,
        ]
        let rows = analysed.result.insects.map { insect in
            let answer = insect.answer
            let fields =
                place + [insect.x1, insect.y1, insect.x2, insect.y2].map(String.init) + [
                    Self.number(insect.detectionScore), (answer?.label ?? "").csvField, Self.number(answer?.score),
                    (answer?.algorithm ?? insect.detector ?? "").csvField,
                ]
            return fields.joined(separator: ",") + "\n"
        }
        try file.append(rows.joined())
    }

    package func finish() {}

    /// Scores are of single precision.
    private static func number(_ score: Double?) -> String { score.map { "\(Float($0))" } ?? "" }
}

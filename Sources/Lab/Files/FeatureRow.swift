import JSON
import Pipeline

/// The features of an insect, with what tells which one it is.
struct FeatureRow: Sendable, Equatable {
    /// Its place among the detections of its image's result.
    let detection: Int
    let insect: FileResult.Insect
    /// The word that the features go with.
    let word: FileResult.Word
    let features: [Float]

    /// The rows of a result: one for each insect that has features of a classifier, in their order; none of an error result.
    ///
    /// - Parameters:
    ///   - result: The result.
    ///   - algorithm: The key of the classifier.
    /// - Returns: The rows.
    static func rows(of result: EncodedResult, by algorithm: String) -> [FeatureRow] {
        let json = try? JSONValue(parsing: result.json, mostValues: .max)
        return (json?["detections"]?.elements ?? []).enumerated().compactMap { index, detection in
            guard let insect = FileResult.Insect(detection),
                let words = detection["classifications"]?.elements,
                let json = words.last(where: { $0["algorithm"]?["key"]?.string == algorithm }),
                let word = FileResult.Word(json), let features = json["features"]?.doubles
            else { return nil }
            return FeatureRow(detection: index, insect: insect, word: word, features: features.map { Float($0) })
        }
    }

    /// The row as a line of a table, its number and its image at the front.
    func line(number: Int, image: String) -> String {
        let score = word.score.map { "\(Float($0))" } ?? ""
        let place = "\(insect.x1),\(insect.y1),\(insect.x2),\(insect.y2)"
        return "\(number),\(image.csvField),\(detection),\(place),\(word.label.csvField),\(score)\n"
    }

    /// The names of a line's columns.
    static let header = "row,image,detection,x1,y1,x2,y2,label,score\n"
}

package import Inference

/// A detection that came with its task, and what came of it.
package struct NamedDetection: Sendable {
    /// As it came.
    package let given: GivenDetection
    /// What it was named and the part of the image that was looked at, or a sentence why it was not.
    package let verdict: Result<DetectedInsect, Trouble>

    /// Why a detection has no classification: a sentence for people.
    package struct Trouble: Error, Sendable, Hashable {
        package let sentence: String

        init(_ sentence: String) { self.sentence = sentence }
    }
}

extension NamedDetection {
    /// The most sentences of a result.
    private static let mostErrors = 100

    /// A sentence for each that was not named, the first ones, and one that counts the others.
    static func errors(of detections: [NamedDetection]) -> [String] {
        let troubles = detections.enumerated().compactMap { index, detection -> String? in
            guard case .failure(let trouble) = detection.verdict else { return nil }
            return "detections[\(index)] \(trouble.sentence)"
        }
        guard troubles.count > mostErrors else { return troubles }
        return troubles.prefix(mostErrors) + ["\(troubles.count - mostErrors) more detections were not classified"]
    }
}

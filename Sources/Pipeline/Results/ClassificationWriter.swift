import Inference
import JSON

/// Writes what classifiers say of an image's insects.
struct ClassificationWriter {
    let contents: ResultContents
    let timestamp: String

    /// Writes the member `classifications`.
    func write(_ classifications: [Classification], to writer: inout JSONWriter) {
        writer.key("classifications")
        writer.array { writer in
            for classification in classifications {
                write(classification, to: &writer)
            }
        }
    }

    private func write(_ classification: Classification, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("classification")
            writer.string(classification.label)
            writer.key("labels")
            writer.null()
            let kept = contents.scores.positions(in: classification)
            writer.key("scores")
            writer.numbers(classification.scores, keeping: kept)
            writer.key("logits")
            writer.numbers(contents.logits && kept == nil ? classification.logits : [])
            if tellsFeatures(of: classification) {
                writer.key("features")
                writer.numbers(classification.features)
            }
            classification.algorithm.write(to: &writer)
            writer.key("terminal")
            writer.boolean(classification.isTerminal)
            writer.key("timestamp")
            writer.string(timestamp)
        }
    }

    private func tellsFeatures(of classification: Classification) -> Bool {
        contents.features && !classification.features.isEmpty
    }

    /// Bytes that a result takes, roughly; growing an array of megabytes copies it each time.
    func capacity(for insects: [DetectedInsect]) -> Int {
        insects.reduce(1_024) { total, insect in
            insect.classifications.reduce(total + 512) { $0 + capacity(for: $1) }
        }
    }

    private func capacity(for classification: Classification) -> Int {
        let perLabel = contents.scores == .all ? (contents.logits ? 26 : 13) : 2
        let features = tellsFeatures(of: classification) ? 12 * classification.features.count : 0
        return 512 + perLabel * classification.scores.count + features
    }
}

extension PipelineManifest.Algorithm {
    /// Writes the member `algorithm`.
    func write(to writer: inout JSONWriter) {
        writer.key("algorithm")
        writer.object { writer in
            writer.key("name")
            writer.string(name)
            writer.key("key")
            writer.string(key)
        }
    }
}

package import Foundation
package import Inference
import JSON

/// Writes results in the shape of Antenna's contract (`PipelineResultsResponse` and `AntennaTaskResultError` of the original).
///
/// Two encodings of the same analysis differ in nothing but timestamps and durations.
package struct ResultEncoder: Sendable {
    private let manifests: [String: PipelineManifest]
    private let scores: ScoreSelection
    private let tellsDetectionScores: Bool
    private let now: @Sendable () -> Date

    /// Makes an encoder for the pipelines that are loaded.
    ///
    /// - Parameters:
    ///   - manifests: Their manifests; names and keys of the algorithms come from these.
    ///   - scores: Which of the classifiers' scores are told.
    ///   - tellsDetectionScores: Whether a detection has its `score`, which Antenna's contract does not know of.
    ///   - now: The wall clock of the timestamps.
    package init(
        manifests: [PipelineManifest],
        scores: ScoreSelection = .all,
        tellsDetectionScores: Bool = false,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.scores = scores
        self.tellsDetectionScores = tellsDetectionScores
        self.manifests = Dictionary(manifests.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        self.now = now
    }

    /// Encodes what was found in an image.
    ///
    /// - Parameters:
    ///   - insects: What was found; nothing is a result too.
    ///   - task: The task it answers; its pipeline is one of the encoder's.
    ///   - duration: From taking the task to here.
    /// - Returns: The result object.
    package func encode(_ insects: [DetectedInsect], of task: ImageTask, duration: Duration) -> EncodedResult {
        encode(task, duration, capacity: capacity(for: insects)) { writer, manifest, timestamp in
            for insect in insects {
                write(insect, task: task, manifest: manifest, timestamp: timestamp, to: &writer)
            }
        }
    }

    /// Encodes what was named of the detections that the task came with, each as it came.
    ///
    /// One that was not named has no classifications, and one without a box is left out, since a server drops a result with such a one; `errors` names
    /// them, the first ones.
    ///
    /// - Parameters:
    ///   - detections: As many as came, in their order.
    ///   - task: As of ``encode(_:of:duration:)``, which is for what this worker detected.
    ///   - duration: From taking the task to here.
    /// - Returns: The result object.
    package func encode(named detections: [NamedDetection], of task: ImageTask, duration: Duration) -> EncodedResult {
        let insects = detections.compactMap { try? $0.verdict.get() }
        let capacity = capacity(for: insects) + 512 * (detections.count - insects.count)
        return encode(task, duration, capacity: capacity, errors: NamedDetection.errors(of: detections)) {
            writer,
            _,
            timestamp in
            for detection in detections {
                write(detection, task: task, timestamp: timestamp, to: &writer)
            }
        }
    }

    private func encode(
        _ task: ImageTask,
        _ duration: Duration,
        capacity: Int,
        errors: [String] = [],
        detections: (inout JSONWriter, PipelineManifest, _ timestamp: String) -> Void
    ) -> EncodedResult {
        guard let manifest = manifests[task.pipeline] else {
            return encodeFailure("Pipeline \(task.pipeline) is not loaded in this worker", of: task)
        }
        let timestamp = timestamp()
        var writer = JSONWriter(capacity: capacity)
        writer.object { writer in
            writer.key("pipeline")
            writer.string(task.pipeline)
            writer.key("algorithms")
            writer.object { _ in }
            writer.key("total_time")
            writer.number(duration / .seconds(1))
            writer.key("source_images")
            writer.array { writer in
                writer.object { writer in
                    writer.key("id")
                    writer.string(task.imageID)
                    writer.key("url")
                    writer.string(task.imageURL)
                }
            }
            writer.key("detections")
            writer.array { writer in detections(&writer, manifest, timestamp) }
            if !errors.isEmpty {
                writer.key("errors")
                writer.array { writer in
                    for error in errors { writer.string(error) }
                }
            }
        }
        return EncodedResult(taskID: task.id, json: writer.finish(), isError: false)
    }

    /// Encodes why there is no analysis.
    ///
    /// - Parameters:
    ///   - message: A sentence for people.
    ///   - task: The task it answers; without its image id the server would leave the image pending for ever.
    /// - Returns: The error object.
    package func encodeFailure(_ message: String, of task: ImageTask) -> EncodedResult {
        EncodedResult.error(message, for: task)
    }

    private func write(
        _ insect: DetectedInsect,
        task: ImageTask,
        manifest: PipelineManifest,
        timestamp: String,
        to writer: inout JSONWriter
    ) {
        writer.object { writer in
            writer.key("source_image_id")
            writer.string(task.imageID)
            writer.key("bbox")
            writer.object { writer in
                writer.key("x1")
                writer.integer(insect.box.x1)
                writer.key("y1")
                writer.integer(insect.box.y1)
                writer.key("x2")
                writer.integer(insect.box.x2)
                writer.key("y2")
                writer.integer(insect.box.y2)
            }
            if tellsDetectionScores {
                writer.key("score")
                writer.number(insect.detection.score)
            }
            Self.write(manifest.detector.algorithm, to: &writer)
            writer.key("timestamp")
            writer.string(timestamp)
            writer.key("crop_image_url")
            writer.null()
            write(insect.classifications, timestamp: timestamp, to: &writer)
        }
    }

    private func write(
        _ detection: NamedDetection,
        task: ImageTask,
        timestamp: String,
        to writer: inout JSONWriter
    ) {
        guard let box = detection.given.box else { return }
        let classifications = (try? detection.verdict.get().classifications) ?? []
        writer.object { writer in
            writer.key("source_image_id")
            writer.string(task.imageID)
            writer.key("bbox")
            box.write(to: &writer)
            detection.given.algorithm.write(to: &writer)
            writer.key("timestamp")
            writer.string(timestamp)
            writer.key("crop_image_url")
            if let url = detection.given.cropURL { writer.string(url) } else { writer.null() }
            write(classifications, timestamp: timestamp, to: &writer)
        }
    }

    private func write(_ classifications: [Classification], timestamp: String, to writer: inout JSONWriter) {
        writer.key("classifications")
        writer.array { writer in
            for classification in classifications {
                write(classification, timestamp: timestamp, to: &writer)
            }
        }
    }

    private func write(
        _ classification: Classification,
        timestamp: String,
        to writer: inout JSONWriter
    ) {
        writer.object { writer in
            writer.key("classification")
            writer.string(classification.label)
            writer.key("labels")
            writer.null()
            let kept = scores.positions(in: classification)
            writer.key("scores")
            writer.numbers(classification.scores, keeping: kept)
            writer.key("logits")
            writer.numbers(kept == nil ? classification.logits : [])
            Self.write(classification.algorithm, to: &writer)
            writer.key("terminal")
            writer.boolean(classification.isTerminal)
            writer.key("timestamp")
            writer.string(timestamp)
        }
    }

    private static func write(_ algorithm: PipelineManifest.Algorithm, to writer: inout JSONWriter) {
        writer.key("algorithm")
        writer.object { writer in
            writer.key("name")
            writer.string(algorithm.name)
            writer.key("key")
            writer.string(algorithm.key)
        }
    }

    /// Bytes that the numbers take, roughly; growing an array of megabytes copies it each time.
    private func capacity(for insects: [DetectedInsect]) -> Int {
        let perScore = scores == .all ? 26 : 2
        return insects.reduce(1_024) { total, insect in
            insect.classifications.reduce(total + 512) { $0 + 512 + perScore * $1.scores.count }
        }
    }

    private func timestamp() -> String {
        now().formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .colon)
        )
    }
}

package import Foundation
package import Inference
import JSON

/// Writes results in the shape of Antenna's contract (`PipelineResultsResponse` and `AntennaTaskResultError` of the original).
///
/// Two encodings of the same analysis differ in nothing but timestamps and durations.
package struct ResultEncoder: Sendable {
    private let manifests: [String: PipelineManifest]
    private let tellsDetectionScores: Bool
    private let mostBytes: Int
    private let now: @Sendable () -> Date

    /// Makes an encoder for the pipelines that are loaded.
    ///
    /// - Parameters:
    ///   - manifests: Their manifests; names and keys of the algorithms come from these.
    ///   - tellsDetectionScores: Whether a detection has its `score`, which Antenna's contract does not know of.
    ///   - mostBytes: The longest result; a task whose result is longer gets an error result.
    ///   - now: The wall clock of the timestamps.
    package init(
        manifests: [PipelineManifest],
        tellsDetectionScores: Bool = false,
        mostBytes: Int = EncodedResult.mostBytes,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.tellsDetectionScores = tellsDetectionScores
        self.mostBytes = mostBytes
        self.manifests = Dictionary(manifests.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        self.now = now
    }

    /// Encodes what was found in an image.
    ///
    /// - Parameters:
    ///   - insects: What was found; nothing is a result too.
    ///   - task: The task it answers; its pipeline is one of the encoder's.
    ///   - contents: What is told of each classification.
    ///   - duration: From taking the task to here.
    /// - Returns: The result object.
    package func encode(
        _ insects: [DetectedInsect],
        of task: ImageTask,
        telling contents: ResultContents = ResultContents(),
        duration: Duration
    ) -> EncodedResult {
        let words = ClassificationWriter(contents: contents, timestamp: timestamp())
        return encode(task, contents, duration, capacity: words.capacity(for: insects)) { writer, manifest in
            for insect in insects where writer.bytes.count <= mostBytes {
                write(insect, task: task, manifest: manifest, words, to: &writer)
            }
        }
    }

    /// Encodes what was named of the detections that the task came with, each as it came.
    ///
    /// A detection that was not named has no classifications. One without a box is left out, since a server drops a result with such a
    /// detection. The result's `errors` names the first of both.
    ///
    /// - Parameters:
    ///   - detections: As many as came, in their order.
    ///   - task: As of ``encode(_:of:telling:duration:)``, which is for what this worker detected.
    ///   - contents: What is told of each classification.
    ///   - duration: From taking the task to here.
    /// - Returns: The result object.
    package func encode(
        named detections: [NamedDetection],
        of task: ImageTask,
        telling contents: ResultContents = ResultContents(),
        duration: Duration
    ) -> EncodedResult {
        let words = ClassificationWriter(contents: contents, timestamp: timestamp())
        let insects = detections.compactMap { try? $0.verdict.get() }
        let capacity = words.capacity(for: insects) + 512 * (detections.count - insects.count)
        let errors = NamedDetection.errors(of: detections)
        return encode(task, contents, duration, capacity: capacity, errors: errors) { writer, _ in
            for detection in detections where writer.bytes.count <= mostBytes {
                write(detection, task: task, words, to: &writer)
            }
        }
    }

    private func encode(
        _ task: ImageTask,
        _ contents: ResultContents,
        _ duration: Duration,
        capacity: Int,
        errors: [String] = [],
        detections: (inout JSONWriter, PipelineManifest) -> Void
    ) -> EncodedResult {
        guard let manifest = manifests[task.pipeline] else {
            return encodeFailure("Pipeline \(task.pipeline) is not loaded in this worker", of: task)
        }
        var writer = JSONWriter(capacity: min(capacity, mostBytes))
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
            writer.array { writer in detections(&writer, manifest) }
            if !errors.isEmpty {
                writer.key("errors")
                writer.array { writer in
                    for error in errors { writer.string(error) }
                }
            }
            if let asked = contents.asked {
                writer.key("config")
                asked.used(in: contents, by: manifest, isDetected: task.detections == nil).write(to: &writer)
            }
        }
        let json = writer.finish()
        guard json.count <= mostBytes else {
            return encodeFailure(
                "The result would have more than \(mostBytes >> 20) MiB; \(EncodedResult.makesSmaller) makes results smaller",
                of: task
            )
        }
        return EncodedResult(taskID: task.id, json: json, isError: false)
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
        _ words: ClassificationWriter,
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
            manifest.detector.algorithm.write(to: &writer)
            writer.key("timestamp")
            writer.string(words.timestamp)
            writer.key("crop_image_url")
            writer.null()
            words.write(insect.classifications, to: &writer)
        }
    }

    private func write(
        _ detection: NamedDetection,
        task: ImageTask,
        _ words: ClassificationWriter,
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
            writer.string(words.timestamp)
            writer.key("crop_image_url")
            if let url = detection.given.cropURL { writer.string(url) } else { writer.null() }
            words.write(classifications, to: &writer)
        }
    }

    private func timestamp() -> String {
        now().formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .colon)
        )
    }
}

import Foundation
import Imaging
package import Inference
import JSON
package import Worker

/// A recognition file in MegaDetector's format, version 1.4, as Timelapse and the tools around MegaDetector read it.
///
/// Every insect is of the detection category `animal`, whose name those tools know; what the pipeline calls it is its classification. Paths are those from the
/// file's own folder, where images lie in it: Timelapse looks for images from the folder that it opens the file in.
package struct MegaDetectorExport: ResultExport {
    private static let animal = "1"

    private var file: UnfinishedFile
    private let paths: RelativePath
    private var categories = CategoryList()
    private var isFirst = true

    /// Makes the file.
    ///
    /// - Parameters:
    ///   - path: Where it goes.
    ///   - manifest: What finds and names the insects.
    /// - Throws: `CommandFailure` when it cannot be written.
    package init(path: String, manifest: PipelineManifest) throws(CommandFailure) {
        file = try UnfinishedFile(path)
        paths = RelativePath(from: path)
        var writer = JSONWriter()
        Self.writeInfo(of: manifest, to: &writer)
        try file.append(
            #"{"info":\#(String(decoding: writer.finish(), as: UTF8.self)),"detection_categories":{"1":"animal"},"#
                + #""images":["#
        )
    }

    package mutating func take(_ analysed: AnalysedFile) throws(CommandFailure) {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("file")
            writer.string(paths.inside(analysed.path))
            if let failure = analysed.result.failure ?? (analysed.size == nil ? "The image's size is not known" : nil) {
                writer.key("failure")
                writer.string(failure)
                writer.key("detections")
                writer.null()
            } else if let size = analysed.size {
                writer.key("detections")
                writer.array { writer in
                    for insect in analysed.result.insects { write(insect, on: size, to: &writer) }
                }
            }
        }
        try file.append(isFirst ? "\n" : ",\n")
        isFirst = false
        try file.append(writer.finish())
    }

    package mutating func finish() throws(CommandFailure) {
        var writer = JSONWriter()
        writer.object { writer in
            for (number, label) in categories.labels.enumerated() {
                writer.key(named: "\(number)")
                writer.string(label)
            }
        }
        try file.append("\n],\"classification_categories\":")
        try file.append(writer.finish() + Array("}\n".utf8))
        try file.finish()
    }

    private mutating func write(_ insect: FileResult.Insect, on size: PixelSize, to writer: inout JSONWriter) {
        let numbered = insect.words.sorted { ($0.score ?? 0) > ($1.score ?? 0) }.map { word in
            // A name may be anything but empty.
            (number: categories.number(of: word.label.isEmpty ? "unnamed" : word.label), score: word.score)
        }
        writer.object { writer in
            writer.key("category")
            writer.string(Self.animal)
            writer.key("conf")
            // Who draws a box by hand is sure of it.
            writer.number(insect.detectionScore ?? 1)
            writer.key("bbox")
            writer.array { writer in
                for share in insect.shares(of: size) { writer.number(share) }
            }
            guard !numbered.isEmpty else { return }
            writer.key("classifications")
            writer.array { writer in
                for (number, score) in numbered {
                    writer.array { writer in
                        writer.string("\(number)")
                        writer.number(score ?? 1)
                    }
                }
            }
        }
    }

    private static func writeInfo(of manifest: PipelineManifest, to writer: inout JSONWriter) {
        let now = Date.now.formatted(
            .verbatim(
                "\(year: .padded(4))-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
                timeZone: .current,
                calendar: Calendar(identifier: .gregorian)
            )
        )
        writer.object { writer in
            writer.key("format_version")
            writer.string("1.4")
            writer.key("detector")
            writer.string(manifest.detector.algorithm.name)
            writer.key("detection_completion_time")
            writer.string(now)
            writer.key("detector_metadata")
            writer.object { writer in
                // What lies below was never written.
                for key in ["typical_detection_threshold", "conservative_detection_threshold"] {
                    writer.key(named: key)
                    writer.number(manifest.detector.scoreThreshold)
                }
            }
            writer.key("classifier")
            writer.string(manifest.classifiers.map(\.algorithm.name).joined(separator: ", "))
            writer.key("classification_completion_time")
            writer.string(now)
            // Timelapse wants it to be there.
            writer.key("classifier_metadata")
            writer.object { writer in
                writer.key("typical_classification_threshold")
                writer.number(0.5)
            }
        }
    }
}

extension FileResult.Insect {
    /// Left, top, width and height as parts of the image's, inside of it.
    fileprivate func shares(of size: PixelSize) -> [Double] {
        func share(_ place: Int, _ whole: Int) -> Double {
            (Double(min(max(place, 0), whole)) / Double(max(whole, 1)) * 1e6).rounded() / 1e6
        }
        let (left, top) = (share(x1, size.width), share(y1, size.height))
        let (right, bottom) = (share(x2, size.width), share(y2, size.height))
        func difference(_ low: Double, _ high: Double) -> Double { (max(0, high - low) * 1e6).rounded() / 1e6 }
        return [left, top, difference(left, right), difference(top, bottom)]
    }
}

import Foundation
import Imaging
import JSON
package import Worker

/// A data set in COCO's format for detection: images, annotations with boxes in pixels, categories by label.
///
/// Annotations come after all images in it, so they are written beside it until it is finished. Images without a result are left out: COCO has no word for them.
package struct COCOExport: ResultExport {
    private var file: UnfinishedFile
    private var annotations: UnfinishedFile
    private let paths: RelativePath
    private var categories = CategoryList()
    private var images = 0
    private var boxes = 0

    /// Makes the file.
    ///
    /// - Parameters:
    ///   - path: Where it goes.
    ///   - pipeline: The slug of the pipeline.
    /// - Throws: `CommandFailure` when it cannot be written.
    package init(path: String, pipeline: String) throws(CommandFailure) {
        file = try UnfinishedFile(path)
        annotations = try UnfinishedFile("\(path).annotations")
        paths = RelativePath(from: path)
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("description")
            writer.string("What antenna-worker's pipeline \(pipeline) found; no ground truth")
            writer.key("version")
            writer.string("1.0")
            writer.key("date_created")
            writer.string(Date.now.formatted(.iso8601))
        }
        try file.append(#"{"info":\#(String(decoding: writer.finish(), as: UTF8.self)),"licenses":[],"images":["#)
    }

    package mutating func take(_ analysed: AnalysedFile) throws(CommandFailure) {
        guard analysed.result.failure == nil, let size = analysed.size else { return }
        images += 1
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("id")
            writer.integer(images)
            writer.key("file_name")
            writer.string(paths.inside(analysed.path))
            writer.key("width")
            writer.integer(size.width)
            writer.key("height")
            writer.integer(size.height)
            if let time = analysed.capturedAt {
                writer.key("date_captured")
                writer.string(time.description)
            }
        }
        try file.append(images == 1 ? "\n" : ",\n")
        try file.append(writer.finish())
        for insect in analysed.result.insects { try append(insect) }
    }

    package mutating func finish() throws(CommandFailure) {
        try file.append("\n],\"annotations\":[")
        try annotations.temporary.forEachPiece { (piece) throws(CommandFailure) in try file.append(piece) }
        var writer = JSONWriter()
        writer.array { writer in
            for (number, label) in categories.labels.enumerated() {
                writer.object { writer in
                    writer.key("id")
                    writer.integer(number + 1)
                    writer.key("name")
                    writer.string(label)
                    writer.key("supercategory")
                    writer.string("insect")
                }
            }
        }
        try file.append("\n],\"categories\":")
        try file.append(writer.finish() + Array("}\n".utf8))
        try file.finish()
    }

    private mutating func append(_ insect: FileResult.Insect) throws(CommandFailure) {
        boxes += 1
        let category = categories.number(of: insect.answer?.label ?? "insect") + 1
        let (width, height) = (max(0, insect.x2 - insect.x1), max(0, insect.y2 - insect.y1))
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("id")
            writer.integer(boxes)
            writer.key("image_id")
            writer.integer(images)
            writer.key("category_id")
            writer.integer(category)
            writer.key("bbox")
            writer.array { writer in
                for number in [insect.x1, insect.y1, width, height] { writer.integer(number) }
            }
            writer.key("area")
            writer.number(Double(width) * Double(height))
            writer.key("segmentation")
            writer.array { _ in }
            writer.key("iscrowd")
            writer.integer(0)
            if let score = insect.answer?.score ?? insect.detectionScore {
                writer.key("score")
                writer.number(score)
            }
        }
        try annotations.append(boxes == 1 ? "\n" : ",\n")
        try annotations.append(writer.finish())
    }
}

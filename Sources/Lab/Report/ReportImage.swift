import Imaging
import Worker

/// An image of the report with what was found on it.
package struct ReportImage: Sendable {
    /// One box on an image.
    struct Box: Sendable, Equatable {
        /// The corners in pixels of the full-size image.
        var x1: Double
        var y1: Double
        var x2: Double
        var y2: Double
        /// The answer of the classifier.
        var label: String
        /// Its score, 0…1, or that of a detector alone; nil where nobody gave one.
        var score: Double?

        /// The score in whole percent, rounded down; what nobody has judged was drawn by somebody who was sure.
        var percent: Int { Self.percent(of: score ?? 1) }

        /// A score in whole percent, rounded down.
        static func percent(of score: Double) -> Int { Int(min(max(score, 0), 1) * 100) }
    }

    /// Its name in the report.
    var name: String
    /// The file on this machine; nil where there is none.
    var file: String?
    /// How the file's picture is to be turned, as EXIF has it: browsers turn it, boxes are measured before that.
    var orientation = 1
    /// A small picture of all of it, and a tile for each box.
    var pictures = FilePictures()
    /// The detections.
    var boxes: [Box] = []
    /// Why there is no result; nil for a success.
    var error: String?
    /// Where it was taken; empty where nothing tells.
    var station = ""
    /// When it was taken.
    var capturedAt: CaptureTime?
}

extension ReportImage {
    /// Where and when it was taken, as far as anything tells.
    var place: String {
        [station, capturedAt.map { "\($0)".replacing("T", with: " ") } ?? ""].filter { !$0.isEmpty }
            .joined(separator: " · ")
    }

    /// An image of files.
    init(_ file: AnalysedFile) {
        self.init(
            name: file.name,
            file: file.path,
            orientation: file.orientation,
            pictures: file.pictures,
            boxes: file.result.insects.map(Box.init),
            error: file.result.failure,
            station: file.station,
            capturedAt: file.capturedAt
        )
    }
}

extension ReportImage.Box {
    /// The box of an insect with its surest name.
    init(_ insect: FileResult.Insect) {
        self.init(
            x1: Double(insect.x1),
            y1: Double(insect.y1),
            x2: Double(insect.x2),
            y2: Double(insect.y2),
            label: insect.answer?.label ?? "insect",
            score: insect.answer?.score ?? insect.detectionScore
        )
    }
}

extension ReportImage.Box {
    /// Its left side, as attributes have it.
    var left: String { Self.text(x1) }
    /// Its upper side.
    var top: String { Self.text(y1) }
    /// How wide it is.
    var width: String { Self.text(max(0, x2 - x1)) }
    /// How high it is.
    var height: String { Self.text(max(0, y2 - y1)) }

    private static func text(_ value: Double) -> String {
        NumberText.fixed(value, digits: value == value.rounded() ? 0 : 1)
    }
}

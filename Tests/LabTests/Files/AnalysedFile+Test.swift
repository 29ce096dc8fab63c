import Imaging
import Pipeline

@testable import Lab

extension AnalysedFile {
    /// A file with insects of some labels, side by side, or with a failure.
    static func made(
        _ path: String,
        labels: [String] = [],
        failure: String? = nil,
        station: String = "ridge",
        time: String = "20220622000459",
        pictures: FilePictures = FilePictures()
    ) throws -> AnalysedFile {
        let insects = labels.enumerated().map { index, label in
            FileResult.Insect(
                x1: 10 * index,
                y1: 20,
                x2: 10 * index + 5,
                y2: 40,
                detectionScore: 0.5,
                detector: "detector",
                words: label.isEmpty ? [] : [.init(label: label, score: 0.75, algorithm: "classifier")],
                isTerminal: true
            )
        }
        return AnalysedFile(
            path: path,
            name: path,
            station: station,
            capturedAt: CaptureTime(digits: time),
            size: failure == nil ? PixelSize(height: 100, width: 200) : nil,
            orientation: 1,
            result: FileResult(insects: insects, failure: failure, errors: []),
            pictures: pictures
        )
    }
}

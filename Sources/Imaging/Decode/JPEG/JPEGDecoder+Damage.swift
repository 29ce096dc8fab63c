import CJPEGReader
import Telemetry

extension JPEGDecoder {
    /// Judges the damage of an image whose pixels were decoded; nil when there is none.
    ///
    /// Which of libjpeg's warnings are harmless is decided where they are raised, in `CJPEGReader/Judge.c`; whether parts of the image are
    /// missing at its end, in `CJPEGReader/Reader.c`. What becomes of a damaged image is a setting: ``DamagePolicy``.
    ///
    /// - Throws: ``ImagingError`` when there are no pixels.
    func damage(in report: JPEGReaderReport) throws(ImagingError) -> ImagingError? {
        let message = withUnsafeBytes(of: report.message) { text in
            String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
        let native = report.code == 0 ? nil : report.code
        let problem =
            report.is_cut
            ? ImagingError.endsEarly(operation: Self.operation, nativeCode: native)
            : ImagingError(.damaged, operation: Self.operation, message: "damaged: \(message)", nativeCode: native)
        switch report.end {
        case JPEG_READER_WHOLE: return nil
        case JPEG_READER_DAMAGED: return problem
        case JPEG_READER_OUT_OF_TIME: throw limits.outOfTime(operation: Self.operation)
        case JPEG_READER_TOO_MANY_SCANS:
            throw ImagingError(
                .tooMuchWork,
                operation: Self.operation,
                message: "it has more than \(limits.scans) scans"
            )
        case JPEG_READER_OUT_OF_MEMORY:
            throw ImagingError(
                .outOfMemory,
                operation: Self.operation,
                message: "the system gave libjpeg no memory",
                nativeCode: native
            )
        default: throw problem
        }
    }
}

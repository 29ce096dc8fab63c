import Foundation
import Telemetry

/// Limits on the cost of decoding an image.
package struct DecodingLimits: Sendable, Equatable {
    /// The most pixels (width × height) an image may declare.
    package var pixels: Int
    /// The most scans a JPEG may consist of: each goes over the whole picture, and an empty one takes a few bytes.
    package var scans: Int
    /// The most time of a processor that decoding may take.
    package var processorTime: Duration

    /// Creates limits; the defaults are those of the worker.
    package init(pixels: Int = 200_000_000, scans: Int = 100, processorTime: Duration = .seconds(20)) {
        self.pixels = pixels
        self.scans = scans
        self.processorTime = processorTime
    }

    /// Refuses a size before memory is taken for it.
    ///
    /// - Throws: `ImagingError` with `.zeroSize` or `.tooManyPixels`.
    func check(width: Int, height: Int, of format: ImageFormat) throws(ImagingError) {
        let operation = OperationName("\(format.rawValue.lowercased())_header.read", "\(format.rawValue) header")
        guard width > 0, height > 0 else {
            throw ImagingError(.zeroSize, operation: operation, message: "\(width) × \(height) pixels")
        }
        let (count, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, count <= pixels else {
            let size = overflow ? "too many pixels to count" : Self.megapixels(count)
            throw ImagingError(
                .tooManyPixels,
                operation: operation,
                message: "\(width) × \(height) pixels (\(size)) is more than the limit of \(Self.megapixels(pixels))"
            )
        }
    }

    /// 200_000_000 → "200 MP", 4_290_250_000 → "4.3 GP"; small counts in full.
    private static func megapixels(_ count: Int) -> String {
        switch count {
        case 1_000_000_000...: "\(count / 1_000_000_000).\(count / 100_000_000 % 10) GP"
        case 10_000_000...: "\(count / 1_000_000) MP"
        case 1_000_000...: "\(count / 1_000_000).\(count / 100_000 % 10) MP"
        default: "\(count) pixels"
        }
    }

    /// The error of an image that took longer than it may.
    func outOfTime(operation: OperationName) -> ImagingError {
        let seconds = Double(processorTime.nanoseconds) / 1e9
        return ImagingError(
            .tooMuchWork,
            operation: operation,
            message: "decoding it takes more than \(seconds.formatted()) s of a processor's time"
        )
    }
}

extension Duration {
    /// Whole nanoseconds, at most half of what 64 bits hold.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        guard seconds < Int64.max / 2_000_000_000 else { return .max / 2 }
        return max(0, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}

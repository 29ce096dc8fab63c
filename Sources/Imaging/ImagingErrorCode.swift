import Telemetry

/// The kinds of problem with an image.
package enum ImagingErrorCode: String, ErrorCode {
    /// The body holds no bytes.
    case empty
    /// The body is something other than an image, for instance an HTML page.
    case notAnImage
    /// An image, but of a format or a variant that is not read here.
    case unsupportedFormat
    /// The header declares a width or a height of zero.
    case zeroSize
    /// The header declares more pixels than the limit allows.
    case tooManyPixels
    /// Decoding would take more processor time, or goes over the picture more often, than the limits allow.
    case tooMuchWork
    /// The data ends before the image does.
    case truncated
    /// The data is there but contradicts itself.
    case damaged
    /// A rectangle or an output that does not fit its image or its memory.
    case invalidGeometry
    /// The encoder refused.
    case encodingFailed
    /// The system gave no memory.
    case outOfMemory

    /// The same bytes may succeed later only where memory was short.
    package var isUsuallyRetriable: Bool { self == .outOfMemory }

    /// Without the code: the sentence says as much, and people read it who have no use for ours.
    package static func sentence(of error: ImagingError) -> String {
        "\(error.operation.words): \(error.message)" + (error.nativeCode.map { " (\($0))" } ?? "")
    }
}

/// Why an image could not be read, written or resampled, in words for the person who reads the task's error result.
package struct ImagingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure.
    package enum Code: String, Sendable {
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
    }

    /// The kind of failure.
    package let code: Code
    /// The C library's own error number, where it gave one.
    package let nativeCode: Int?
    /// What is wrong, as a clause that can follow a colon.
    package let message: String
    /// What was being done, for instance "decode JPEG".
    package let operation: String

    /// Creates an error.
    package init(_ code: Code, nativeCode: Int? = nil, message: String, operation: String) {
        self.code = code
        self.nativeCode = nativeCode
        self.message = message
        self.operation = operation
    }

    /// The error of an image of which a part is missing at its end.
    static func endsEarly(nativeCode: Int? = nil, operation: String) -> ImagingError {
        ImagingError(
            .truncated,
            nativeCode: nativeCode,
            message: "the file ends before the picture does",
            operation: operation
        )
    }

    /// Whether the same bytes may succeed later: only where memory was short.
    package var isRetriable: Bool { code == .outOfMemory }

    /// The operation and the message, with the native code in parentheses.
    package var description: String {
        guard let nativeCode else { return "\(operation): \(message)" }
        return "\(operation): \(message) (\(nativeCode))"
    }
}

package import Telemetry

/// Why an image could not be read, written or resampled; its sentence is a clause that can follow a colon, for the person who reads the
/// task's error result.
package typealias ImagingError = OperationError<ImagingErrorCode>

extension ImagingError {
    /// The error of an image of which a part is missing at its end.
    static func endsEarly(operation: OperationName, nativeCode: Int32? = nil) -> ImagingError {
        ImagingError(
            .truncated,
            operation: operation,
            message: "the file ends before the picture does",
            nativeCode: nativeCode
        )
    }
}

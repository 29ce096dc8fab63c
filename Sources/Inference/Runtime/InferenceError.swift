package import Telemetry

/// A failure in loading or running a model; the native code is the runtime's own (`OrtErrorCode`, or
/// `ov_status_e`, whose values are negative).
package typealias InferenceError = OperationError<InferenceErrorCode>

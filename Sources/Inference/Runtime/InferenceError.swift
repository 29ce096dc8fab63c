package import Telemetry

/// A failure in loading or running a model; the native code is ONNX Runtime's own (`OrtErrorCode`).
package typealias InferenceError = OperationError<InferenceErrorCode>

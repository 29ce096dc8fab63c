import Telemetry

/// A device that would have been taken before those that are, and why it was not.
package struct DeviceRejection: Sendable, Equatable {
    /// What it is: `cuda:0`, `NVIDIA GPUs`, `cpu:openvino`.
    package let subject: String
    /// What is wrong, as a sentence without its end.
    package let reason: String
    /// How to fix it, or to say that it is meant.
    package let remedy: String

    /// Makes one.
    package init(_ subject: String, reason: String, remedy: String) {
        self.subject = subject
        self.reason = reason
        self.remedy = remedy
    }

    /// Of a device that a model, or its runtime, could not use.
    init(_ use: DeviceUse, _ error: any Error) {
        let failure = error as? InferenceError
        self.init("\(use)", reason: failure?.message ?? "\(error)", remedy: Self.remedy(for: use, failure?.code))
    }

    private static func remedy(for use: DeviceUse, _ code: InferenceError.Code?) -> String {
        switch (use.device, code) {
        case (.openVINO, .deviceUnavailable): "--precision full needs no such units"
        case (.openVINO, _): "--device cpu:onnxruntime says at once that ONNX Runtime is to run the models"
        case (.cuda, nil) where use.precision != .full, (.cuda, .invalidModel) where use.precision != .full,
            (.tensorRT, _):
            "half precision on a GPU needs graphs that tools/export/half writes, or TensorRT; --precision full needs "
                + "neither"
        case (_, .outOfMemory): "see by nvidia-smi who has its memory; --device chooses other devices"
        case (_, .libraryNotFound), (_, .libraryUnusable), (_, .deviceUnavailable):
            "scripts/setup --onnxruntime=gpu, the bundle and the image for GPUs have what it needs; the first says "
                + "which LD_LIBRARY_PATH to start with. --device cpu says that the processor is meant"
        default: "--device cpu says that the processor is meant"
        }
    }
}

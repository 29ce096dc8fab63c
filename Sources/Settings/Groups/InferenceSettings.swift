package import Concurrency
package import Inference

/// Where models run.
package struct InferenceSettings: SettingGroup {
    package static let title = "Inference"

    package let devices = Setting(
        "inference.devices",
        flag: "device",
        .devices,
        default: [DeviceChoice.automatic],
        "Where models run: auto (every NVIDIA GPU that can be used, else cpu), cpu (OpenVINO where it is installed, else ONNX Runtime), cpu:onnxruntime, cpu:openvino, cuda:N or tensorrt:N, several with commas; each gets an engine of its own."
    )

    package let precision = Setting(
        "inference.precision",
        flag: "precision",
        .choice,
        default: Precision.full,
        "How models compute: full is as they were trained; half is about twice as fast on a processor with bfloat16 (cpu:openvino) or a GPU (cuda:N with the graphs of tools/export/half, or tensorrt:N) and changes results slightly; mixed is half for filter and classifiers alone, and boxes stay as they are."
    )

    package let threads = Setting(
        "inference.threads",
        flag: "inference-threads",
        .integer(0...1_024),
        default: 0,
        "Threads of the runtime for each device; 0 means one for a GPU, and for the processor one for each core less one for each GPU."
    )

    package let cache = Setting(
        "inference.cache",
        flag: "model-cache",
        SettingKind<String>.path.optional,
        default: nil,
        "A folder of the worker's own in which OpenVINO keeps the models that it has compiled: the next start is seconds shorter, and their weights are read from there when they are needed. None compiles them at every start."
    )

    package let modelMemory = Setting(
        "memory.models",
        flag: "model-memory",
        SettingKind<Int>.byteCount(1 << 20...1 << 50).optional,
        default: nil,
        "Model files loaded on each device, at most: idle pipelines are unloaded, and loaded again when wanted. None means no limit."
    )

    package init() {}
}

extension GroupValues<InferenceSettings> {
    /// Threads of the runtime for a device.
    ///
    /// A GPU's engine needs one, its own. The processor's has one for each core, as two threads of matrix products gain nothing from sharing
    /// a core, less one for the engine of each GPU that is named beside it. Threads that decode come on top: they wait while images are ready,
    /// and the runtimes' do not spin while they wait, so each gets the cores when the other has nothing to do.
    package func threadCount(for device: Device, processors: UsableProcessors) -> Int {
        guard self.threads == 0 else { return self.threads }
        guard device.isProcessor else { return 1 }
        return max(1, processors.cores - self.devices.count { $0 != .automatic && !$0.isProcessor })
    }
}

import Inference
import Pipeline

extension Catalogue {
    static let batchLocalizationSize = Setting(
        "batch.localization_size",
        flag: "localization-batch-size",
        .integer(1...256),
        default: 8,
        "Images that go through the detector together, at most.",
        aliases: ["AMI_LOCALIZATION_BATCH_SIZE"]
    )

    static let batchClassificationSize = Setting(
        "batch.classification_size",
        flag: "classification-batch-size",
        .integer(1...4_096),
        default: 20,
        "Insects that go through a classifier together, at most.",
        aliases: ["AMI_CLASSIFICATION_BATCH_SIZE"]
    )

    static let batchLinger = Setting(
        "batch.linger",
        flag: "linger",
        .milliseconds(.zero ... .seconds(60)),
        default: .milliseconds(100),
        "How long an image waits for others to fill its batch while a device is idle and more images are on their way."
    )

    static let inferenceDevices = Setting(
        "inference.devices",
        flag: "device",
        .devices,
        default: [Device.cpu],
        "Where models run: cpu, cuda:N or tensorrt:N, several with commas; each gets an engine of its own."
    )

    static let inferenceThreads = Setting(
        "inference.threads",
        flag: "inference-threads",
        .integer(0...1_024),
        default: 0,
        "Threads of ONNX Runtime for each device; 0 means one for a GPU, and for the processor one for each core less one for each GPU."
    )

    static let inferenceModels = Setting(
        "inference.models",
        flag: "models",
        .path,
        default: "models",
        "The folder of the pipelines: one folder each, with a pipeline.json and its models."
    )

    static let resultsScores = Setting(
        "results.scores",
        flag: "scores",
        .scoreSelection,
        default: ScoreSelection.all,
        "Which scores of a classifier are sent: all of them with their logits, or top:N, the N best ones with 0 for the others and no logits."
    )

    static let memoryModels = Setting(
        "memory.models",
        flag: "model-memory",
        SettingKind<Int>.byteCount(1 << 20...1 << 50).optional,
        default: nil,
        "Model files loaded on each device, at most: idle pipelines are unloaded, and loaded again when wanted. None means no limit."
    )

    static let memoryPixelBudget = Setting(
        "memory.pixel_budget",
        flag: "pixel-budget",
        .byteCount(16 << 20...1 << 40),
        default: 256 << 20,
        "Decoded images in memory at most, and what decoding takes: 1.5 bytes a pixel of a JPEG of 4:2:0, which is what nearly all cameras write, 3 of any other; beside it while it is decoded 3 to 6 bytes a pixel of a progressive JPEG. An image that needs more alone is an error."
    )
}

import Imaging
import Inference
import Logging
import Settings
import Telemetry

/// Whether the devices that are set can be used, and what they come to here.
enum DeviceCheck {
    /// One finding a device, and the providers of ONNX Runtime.
    static func section(
        _ settings: WorkerSettings,
        environment: [String: String],
        logger: Logger
    ) -> CheckReport.Section {
        let runtimes = InferenceRuntimes(environment: environment, logger: logger)
        // What is wrong with a manifest is told with the models.
        let folder = settings.models.folder
        let slugs = settings.work.pipelines.isEmpty ? PipelineManifest.slugs(in: folder) : settings.work.pipelines
        let manifests = slugs.compactMap { try? PipelineManifest(directory: "\(folder)/\($0)") }
        var findings = settings.inference.devices.flatMap {
            Self.findings(of: $0, settings.inference.precision, runtimes, manifests)
        }
        if let runtime = try? OrtRuntime.load(environment: environment, logger: logger) {
            findings.append(.note("Providers of this ONNX Runtime", runtime.providers.joined(separator: ", ")))
        }
        return CheckReport.Section(title: "Devices", findings: findings)
    }

    /// What a choice comes to, or why it cannot; before it what it would have come to first.
    static func findings(
        of choice: DeviceChoice,
        _ precision: Precision,
        _ runtimes: InferenceRuntimes,
        _ manifests: [PipelineManifest] = []
    ) -> [CheckReport.Finding] {
        var rejected: [CheckReport.Finding] = []
        do {
            let used = try runtimes.use([choice], precision: precision) { rejection in
                rejected.append(.note(rejection.subject, rejection.reason, remedy: "To fix it: \(rejection.remedy)."))
            } _: { use, runtime in
                try runtime.checkAvailability(of: SessionOptions(device: use.device, precision: precision))
                try HalfGraph.require(for: manifests, on: use)
                return "\(use), by \(runtime.name) \(runtime.version)"
            }
            let reason = used.placement.reason.isEmpty ? "" : " (\(used.placement.reason))"
            return rejected + [.good("\(choice)", "available: \(used.results.joined(separator: "; "))\(reason)")]
        } catch let error as InferenceError
            where error.code == .libraryNotFound && !choice.isNamed && precision == .full
        {
            // The library itself is told of elsewhere.
            return rejected + [.note("\(choice)", "not tried, for want of ONNX Runtime")]
        } catch {
            let detail = (error as? InferenceError)?.message ?? "\(error)"
            return rejected + [.missing("\(choice)", detail, remedy: remedy(for: choice, precision))]
        }
    }

    private static func remedy(for choice: DeviceChoice, _ precision: Precision) -> String {
        if precision != .full {
            return "Use --precision full, or a device that has half precision; "
                + "on a GPU it needs the graphs of tools/export/half, or TensorRT."
        }
        return choice.isProcessor
            ? "Use --device cpu, or install the library: scripts/setup --openvino."
            : "Use --device auto, or install the GPU build of ONNX Runtime with the CUDA libraries it names."
    }
}

extension DeviceChoice {
    /// Whether it is one device, and no other will do.
    fileprivate var isNamed: Bool {
        switch self {
        case .automatic, .processor: false
        case .device: true
        }
    }
}

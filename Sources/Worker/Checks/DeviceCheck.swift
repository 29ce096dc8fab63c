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
        var findings = settings.inference.devices.map { finding(of: $0, settings.inference.precision, runtimes) }
        if let runtime = try? OrtRuntime.load(environment: environment, logger: logger) {
            findings.append(.note("Providers of this ONNX Runtime", runtime.providers.joined(separator: ", ")))
        }
        return CheckReport.Section(title: "Devices", findings: findings)
    }

    private static func finding(
        of choice: DeviceChoice,
        _ precision: Precision,
        _ runtimes: InferenceRuntimes
    ) -> CheckReport.Finding {
        do {
            return try runtimes.use(choice, precision: precision) { use, runtime in
                try runtime.checkAvailability(of: SessionOptions(device: use.device, precision: precision))
                return .good("\(choice)", "available: \(use), by \(runtime.name) \(runtime.version)")
            }
        } catch let error as InferenceError where error.code == .libraryNotFound && choice == .processor {
            // The library itself is told of elsewhere.
            return .note("\(choice)", "not tried, for want of ONNX Runtime")
        } catch {
            return .missing(
                "\(choice)",
                (error as? InferenceError)?.message ?? "\(error)",
                remedy: remedy(for: choice, precision)
            )
        }
    }

    private static func remedy(for choice: DeviceChoice, _ precision: Precision) -> String {
        if precision == .half { return "Use --precision full, or a device that has half precision." }
        return choice.isProcessor
            ? "Use --device cpu, or install the library: scripts/setup --openvino."
            : "Use --device cpu, or install the GPU build of ONNX Runtime with the CUDA libraries it names."
    }
}

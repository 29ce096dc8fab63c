import Imaging
import Inference
import Logging
import Telemetry

/// Whether the devices that are set can be used.
enum DeviceCheck {
    /// One finding a device; empty when ONNX Runtime itself is missing, which is told elsewhere.
    static func section(
        devices: [Device],
        environment: [String: String],
        logger: Logger
    ) -> CheckReport.Section {
        var findings: [CheckReport.Finding] = []
        if let runtime = try? InferenceRuntime.load(environment: environment, logger: logger) {
            findings = devices.map { finding(of: $0, runtime) }
            findings.append(.note("Providers of this ONNX Runtime", runtime.providers.joined(separator: ", ")))
        } else {
            findings = devices.map { .note("\($0)", "not tried, for want of ONNX Runtime") }
        }
        return CheckReport.Section(title: "Devices", findings: findings)
    }

    private static func finding(of device: Device, _ runtime: InferenceRuntime) -> CheckReport.Finding {
        do throws(InferenceError) {
            try runtime.checkAvailability(of: device)
            return .good("\(device)", "available")
        } catch {
            return .missing(
                "\(device)",
                error.message,
                remedy: "Use --device cpu, or install the GPU build of ONNX Runtime with the CUDA libraries it names."
            )
        }
    }
}

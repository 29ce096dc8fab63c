import Imaging
import Inference
import Logging
import Transport

/// Which libraries the process uses, and whether ONNX Runtime can be loaded.
enum LibraryCheck {
    /// The libraries; those linked are there, or the program would not have started.
    static func section(environment: [String: String], logger: Logger) -> CheckReport.Section {
        let linked = TransportLibraries.versions + ImagingLibraries.versions
        let findings = linked.map { CheckReport.Finding.good($0.name, $0.version) }
        let optional = ImagingLibraries.optional.map { library in
            library.version.map { CheckReport.Finding.good(library.name, $0) }
                ?? .note(
                    library.name,
                    "not installed: every \(library.format) image is an error",
                    remedy: "Run scripts/setup where such images come."
                )
        }
        return CheckReport.Section(
            title: "Libraries",
            findings: findings + optional + [inferenceRuntime(environment: environment, logger: logger)]
        )
    }

    private static func inferenceRuntime(environment: [String: String], logger: Logger) -> CheckReport.Finding {
        do throws(InferenceError) {
            let runtime = try InferenceRuntime.load(environment: environment, logger: logger)
            return .good("ONNX Runtime", "\(runtime.version) at \(runtime.libraryPath)")
        } catch {
            return .missing(
                "ONNX Runtime",
                "\(error)",
                remedy: "Run scripts/setup, or set ORT_DYLIB_PATH to the path of libonnxruntime.so."
            )
        }
    }
}

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

import Imaging
import Inference
import Logging
import Telemetry
import Transport

/// Which libraries the process uses, and whether ONNX Runtime can be loaded.
enum LibraryCheck {
    /// The libraries; those linked are there, or the program would not have started.
    ///
    /// - Parameters:
    ///   - role: Whose.
    ///   - environment: Where ONNX Runtime is named.
    ///   - logger: Hears what ONNX Runtime has to say.
    /// - Returns: A finding for each library that the role may use.
    static func section(of role: CheckedRole, environment: [String: String], logger: Logger) -> CheckReport.Section {
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
            findings: findings + (role.fetchesImages ? optional : [])
                + (role.hasModels ? [inferenceRuntime(environment: environment, logger: logger)] : [])
        )
    }

    private static func inferenceRuntime(environment: [String: String], logger: Logger) -> CheckReport.Finding {
        do throws(InferenceError) {
            let runtime = try OrtRuntime.load(environment: environment, logger: logger)
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

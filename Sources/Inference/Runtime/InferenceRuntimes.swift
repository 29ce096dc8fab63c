package import Logging
import Telemetry

/// The runtimes that a process can load, and the rules by which `auto` and `cpu` become devices.
package struct InferenceRuntimes: Sendable {
    private let load: @Sendable (Device) throws(InferenceError) -> any InferenceRuntime
    private let survey: @Sendable () -> GPUSurvey

    /// Loads nothing yet.
    ///
    /// - Parameters:
    ///   - environment: Where `ORT_DYLIB_PATH`, `OPENVINO_DYLIB_PATH` and `CUDA_VISIBLE_DEVICES` are looked up.
    ///   - logger: Gets the runtimes' own messages at debug level.
    package init(environment: [String: String], logger: Logger) {
        self.init(survey: { GPUSurvey(.this(environment: environment)) }) { device throws(InferenceError) in
            switch device {
            case .openVINO: try OpenVINORuntime.load(environment: environment)
            case .cpu, .cuda, .tensorRT: try OrtRuntime.load(environment: environment, logger: logger)
            }
        }
    }

    /// Finds GPUs and loads runtimes as the caller says.
    package init(
        survey: @escaping @Sendable () -> GPUSurvey,
        load: @escaping @Sendable (Device) throws(InferenceError) -> any InferenceRuntime
    ) {
        self.survey = survey
        self.load = load
    }

    /// What came of using devices.
    package struct Used<Result> {
        /// What `body` returned for each device.
        package let results: [Result]
        /// The devices, in that order, and why they were taken.
        package let placement: DevicePlacement
    }

    /// Uses the devices that choices come to and that `body` can use.
    ///
    /// `auto` is every GPU that the driver lends and `body` can use, else what `cpu` is. At half precision a GPU needs graphs of
    /// half precision (``HalfGraph``), or TensorRT.
    ///
    /// `cpu` is OpenVINO where its library is there and takes every model, as that needs a sixth less processor time
    /// (docs/performance.md). Else it is ONNX Runtime, which computes with full precision alone.
    ///
    /// - Parameters:
    ///   - choices: The user's.
    ///   - precision: How models compute.
    ///   - rejected: Told at once of what cannot be used when there is something else.
    ///   - body: Loads what is to run on a device.
    /// - Returns: What `body` returned, and where.
    /// - Throws: The error of a device that is named, or of the last that a choice may come to.
    package func use<Result>(
        _ choices: [DeviceChoice],
        precision: Precision,
        rejected: @escaping (DeviceRejection) -> Void = { _ in },
        _ body: @escaping (DeviceUse, any InferenceRuntime) throws -> Result
    ) throws -> Used<Result> {
        var search = DeviceSearch(runtimes: self, precision: precision, rejected: rejected, body: body)
        for choice in choices {
            switch choice {
            case .device(let device): try search.insist(on: device)
            case .processor: try search.takeProcessor()
            case .automatic: try search.choose(survey())
            }
        }
        return Used(results: search.results, placement: search.placement)
    }

    /// Loads the runtime of a device.
    ///
    /// - Throws: `libraryNotFound`, `libraryUnusable`.
    func runtime(for device: Device) throws(InferenceError) -> any InferenceRuntime { try load(device) }

    /// Whether OpenVINO is there; one that is there and cannot be loaded counts, so that its mistake is told.
    var hasOpenVINO: Bool {
        do throws(InferenceError) {
            _ = try load(.openVINO)
            return true
        } catch {
            return error.code != .libraryNotFound
        }
    }
}

package import Logging
import Telemetry

/// The runtimes that a process can load, and the rule by which `cpu` becomes one of them.
package struct InferenceRuntimes: Sendable {
    private let environment: [String: String]
    private let logger: Logger

    /// Loads nothing yet.
    ///
    /// - Parameters:
    ///   - environment: Where `ORT_DYLIB_PATH` and `OPENVINO_DYLIB_PATH` are looked up.
    ///   - logger: Gets the runtimes' own messages at debug level.
    package init(environment: [String: String], logger: Logger) {
        self.environment = environment
        self.logger = logger
    }

    private func runtime(for device: Device) throws(InferenceError) -> any InferenceRuntime {
        switch device {
        case .openVINO: try OpenVINORuntime.load(environment: environment)
        case .cpu, .cuda, .tensorRT: try OrtRuntime.load(environment: environment, logger: logger)
        }
    }

    /// Uses the first device that a choice may come to and that `body` can use.
    ///
    /// `cpu` is OpenVINO where its library is there and takes every model, as that needs a sixth less processor time
    /// (docs/performance.md). Else it is ONNX Runtime, which computes with full precision alone.
    ///
    /// - Parameters:
    ///   - choice: The user's.
    ///   - precision: How models compute.
    ///   - rejected: Told of a device that could not be used, when there is another one.
    ///   - body: Loads what is to run there.
    /// - Returns: What `body` returns.
    /// - Throws: The error of the last device.
    package func use<Result>(
        _ choice: DeviceChoice,
        precision: Precision,
        rejected: (DeviceUse, any Error) -> Void = { _, _ in },
        _ body: (DeviceUse, any InferenceRuntime) throws -> Result
    ) throws -> Result {
        let devices: [Device] =
            switch choice {
            case .device(let device): [device]
            case .processor where precision == .half: [.openVINO]
            case .processor: hasOpenVINO ? [.openVINO, .cpu] : [.cpu]
            }
        for device in devices.dropLast() {
            let use = DeviceUse(device: device, precision: precision)
            do {
                return try body(use, runtime(for: device))
            } catch {
                rejected(use, error)
            }
        }
        let last = devices[devices.count - 1]
        return try body(DeviceUse(device: last, precision: precision), runtime(for: last))
    }

    /// Whether OpenVINO is there; one that is there and cannot be loaded counts, so that its mistake is told.
    private var hasOpenVINO: Bool {
        do throws(InferenceError) {
            _ = try OpenVINORuntime.load(environment: environment)
            return true
        } catch {
            return error.code != .libraryNotFound
        }
    }
}

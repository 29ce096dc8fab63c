/// Takes devices one after the other, as ``InferenceRuntimes`` goes through a user's choices.
struct DeviceSearch<Result> {
    private(set) var results: [Result] = []
    private(set) var placement = DevicePlacement()
    private let runtimes: InferenceRuntimes
    private let precision: Precision
    private let rejected: (DeviceRejection) -> Void
    private let body: (DeviceUse, any InferenceRuntime) throws -> Result

    /// Has taken nothing yet.
    init(
        runtimes: InferenceRuntimes,
        precision: Precision,
        rejected: @escaping (DeviceRejection) -> Void,
        body: @escaping (DeviceUse, any InferenceRuntime) throws -> Result
    ) {
        self.runtimes = runtimes
        self.precision = precision
        self.rejected = rejected
        self.body = body
    }

    /// Takes a device that is named.
    ///
    /// - Throws: What keeps it from being used.
    mutating func insist(on device: Device) throws {
        let use = DeviceUse(device: device, precision: precision)
        results.append(try body(use, runtimes.runtime(for: device)))
        placement.devices.append(use)
    }

    /// Takes every GPU that can be used, else the processor.
    ///
    /// - Throws: What keeps the processor from being used.
    mutating func choose(_ survey: GPUSurvey) throws {
        switch survey {
        case .none(let reason): try takeProcessor(because: "auto: \(reason)")
        case .unusable(let reason, let remedy):
            reject(DeviceRejection("NVIDIA GPUs", reason: reason, remedy: remedy))
            try takeProcessor(because: "auto: the NVIDIA GPUs cannot be used")
        case .lent(let count):
            var taken = 0
            for index in 0..<count where attemptGPU(index) { taken += 1 }
            let gpus = count == 1 ? "1 NVIDIA GPU" : "\(count) NVIDIA GPUs"
            switch taken {
            case count: placement.reason = "auto: \(gpus)"
            case 0: try takeProcessor(because: "auto: of \(gpus) none can be used")
            default: placement.reason = "auto: \(taken) of \(gpus)"
            }
        }
    }

    /// Takes the processor, with the faster of the runtimes that can be used.
    ///
    /// - Throws: What keeps the last of them from being used.
    mutating func takeProcessor(because reason: String = "") throws {
        placement.reason = reason
        if precision != .full { return try insist(on: .openVINO) }
        if runtimes.hasOpenVINO, attempt(.openVINO) { return }
        try insist(on: .cpu)
    }

    /// Takes a GPU by CUDA, and at half precision by TensorRT where the graphs that CUDA needs are missing.
    private mutating func attemptGPU(_ index: Int) -> Bool {
        attempt(.cuda(index)) || (precision != .full && attempt(.tensorRT(index)))
    }

    /// Takes a device if it can be used, and notes why it cannot.
    private mutating func attempt(_ device: Device) -> Bool {
        do {
            try insist(on: device)
            return true
        } catch {
            reject(DeviceRejection(DeviceUse(device: device, precision: precision), error))
            return false
        }
    }

    private mutating func reject(_ rejection: DeviceRejection) {
        placement.rejected.append(rejection)
        rejected(rejection)
    }
}

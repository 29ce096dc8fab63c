import Telemetry

/// What a user asks for as the place where models run.
package enum DeviceChoice: Hashable, Sendable {
    /// `auto`: every GPU that can be used, else the processor.
    case automatic
    /// `cpu`: the processor, with the faster of the runtimes that are there.
    case processor
    /// One device with one runtime, and no other.
    case device(Device)

    /// Reads `auto`, `cpu`, or whatever ``Device`` reads.
    ///
    /// - Throws: `invalidDevice`.
    package init(parsing text: String) throws(InferenceError) {
        switch text.lowercased() {
        case "auto": self = .automatic
        case "cpu": self = .processor
        default: self = .device(try Device(parsing: text))
        }
    }

    /// Reads a list such as `cuda:0,cuda:1`; no device may be named twice, and `auto` stands alone.
    ///
    /// - Throws: `invalidDevice`.
    package static func list(parsing text: String) throws(InferenceError) -> [DeviceChoice] {
        var choices: [DeviceChoice] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let choice = try DeviceChoice(parsing: part.filter { !$0.isWhitespace })
            guard !choices.contains(where: { $0 == choice || ($0.isProcessor && choice.isProcessor) }) else {
                throw InferenceError(
                    .invalidDevice,
                    operation: OperationName("devices.read", "the devices \"\(text)\""),
                    message: choices.contains(choice) ? "\(choice) is named twice" : "the processor is named twice"
                )
            }
            choices.append(choice)
        }
        guard choices.count == 1 || !choices.contains(.automatic) else {
            throw InferenceError(
                .invalidDevice,
                operation: OperationName("devices.read", "the devices \"\(text)\""),
                message: "auto stands alone"
            )
        }
        return choices
    }

    /// Whether it is the processor, whatever runs there; `auto` is none in particular.
    package var isProcessor: Bool {
        switch self {
        case .automatic: false
        case .processor: true
        case .device(let device): device.isProcessor
        }
    }
}

extension DeviceChoice: CustomStringConvertible {
    /// The text that `init(parsing:)` reads.
    package var description: String {
        switch self {
        case .automatic: "auto"
        case .processor: "cpu"
        case .device(.cpu): "cpu:onnxruntime"
        case .device(let device): "\(device)"
        }
    }
}

import Telemetry

/// What a user asks for as the place where models run.
package enum DeviceChoice: Hashable, Sendable {
    /// `cpu`: the processor, with the faster of the runtimes that are there.
    case processor
    /// One device with one runtime, and no other.
    case device(Device)

    /// Reads `cpu`, or whatever ``Device`` reads.
    ///
    /// - Throws: `invalidDevice`.
    package init(parsing text: String) throws(InferenceError) {
        self = text.lowercased() == "cpu" ? .processor : .device(try Device(parsing: text))
    }

    /// Reads a list such as `cuda:0,cuda:1`; no device may be named twice.
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
        return choices
    }

    /// Whether it is the processor, whatever runs there.
    package var isProcessor: Bool {
        switch self {
        case .processor: true
        case .device(let device): device.isProcessor
        }
    }
}

extension DeviceChoice: CustomStringConvertible {
    /// The text that `init(parsing:)` reads.
    package var description: String {
        switch self {
        case .processor: "cpu"
        case .device(.cpu): "cpu:onnxruntime"
        case .device(let device): "\(device)"
        }
    }
}

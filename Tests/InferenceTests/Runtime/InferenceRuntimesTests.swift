import Inference
import Logging
import Telemetry
import Testing

@Suite("Which runtime a device gets")
struct InferenceRuntimesTests {
    private struct Refusal: Error {}

    private func runtimes(_ environment: [String: String] = [:]) -> InferenceRuntimes {
        InferenceRuntimes(environment: environment, logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test(
        "The processor's choice goes on to ONNX Runtime where OpenVINO cannot do it, and says so",
        .enabled(if: hasOpenVINO)
    )
    func goesOn() throws {
        let used = try runtimes().use([.processor], precision: .full) { use, runtime in
            if use.device == .openVINO { throw Refusal() }
            return runtime.name
        }
        #expect(used.placement.devices.map(\.device) == [.cpu])
        #expect(used.results == ["ONNX Runtime"])
        #expect(used.placement.rejected.map(\.subject) == ["cpu:openvino"])
        let first = try runtimes().use([.processor], precision: .full) { use, _ in use.device }
        #expect(first.results == [.openVINO])
    }

    @Test("A device that is named stays the only one", arguments: [DeviceChoice.device(.cpu), .device(.openVINO)])
    func insists(choice: DeviceChoice) throws {
        guard choice != .device(.openVINO) || hasOpenVINO else { return }
        #expect(throws: Refusal.self) {
            try runtimes().use(
                [choice],
                precision: .full,
                rejected: { _ in Issue.record("there is no other") },
                { _, _ in throw Refusal() }
            )
        }
    }

    @Test("Half precision never becomes full, nor another runtime")
    func half() throws {
        #expect(throws: (any Error).self) {
            try runtimes().use([.processor], precision: .half) { use, runtime in
                #expect(use.device == .openVINO && use.precision == .half)
                try runtime.checkAvailability(of: SessionOptions(device: use.device, precision: use.precision))
                throw Refusal()
            }
        }
    }
}

private let hasOpenVINO = RuntimeUnderTest.present.contains(.openVINO)

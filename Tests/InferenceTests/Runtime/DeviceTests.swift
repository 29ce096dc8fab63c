import Inference
import Telemetry
import Testing

@Suite("Devices by name")
struct DeviceTests {
    @Test(
        "A device reads as it is written",
        arguments: [
            ("cpu", Device.cpu), ("CPU:OnnxRuntime", .cpu), ("cpu:openvino", .openVINO), ("cuda:0", .cuda(0)),
            ("cuda", .cuda(0)), ("CUDA:3", .cuda(3)),
            ("tensorrt:1", .tensorRT(1)),
        ]
    )
    func parses(text: String, device: Device) throws {
        #expect(try Device(parsing: text) == device)
        #expect(try Device(parsing: device.description) == device)
    }

    @Test("Anything else is refused", arguments: ["", "gpu", "cpu:0", "cuda:", "cuda:-1", "cuda:x", "cuda:0:1", " "])
    func refuses(text: String) {
        #expect(throws: InferenceError.self) { try Device(parsing: text) }
    }
}

import Inference
import Telemetry
import Testing

@Suite("Devices by name")
struct DeviceTests {
    @Test(
        "A device reads as it is written",
        arguments: [
            ("cpu", Device.cpu), ("cuda:0", .cuda(0)), ("cuda", .cuda(0)), ("CUDA:3", .cuda(3)),
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

    @Test("A list keeps its order and refuses gaps and repetitions")
    func lists() throws {
        #expect(try Device.list(parsing: "cuda:1, cuda:0") == [.cuda(1), .cuda(0)])
        #expect(throws: InferenceError.self) { try Device.list(parsing: "cuda:0,") }
        let error = #expect(throws: InferenceError.self) { try Device.list(parsing: "cuda,cuda:0") }
        #expect(error?.code == .invalidDevice)
        #expect(error?.message.contains("twice") == true)
    }
}

import Inference
import Telemetry
import Testing

@Suite("Devices as users ask for them")
struct DeviceChoiceTests {
    @Test(
        "A choice reads as it is written",
        arguments: [
            ("auto", DeviceChoice.automatic), ("Auto", .automatic), ("cpu", .processor), ("CPU", .processor),
            ("cpu:onnxruntime", .device(.cpu)),
            ("cpu:openvino", .device(.openVINO)), ("cuda:1", .device(.cuda(1))),
        ]
    )
    func parses(text: String, choice: DeviceChoice) throws {
        #expect(try DeviceChoice(parsing: text) == choice)
        #expect(try DeviceChoice(parsing: choice.description) == choice)
    }

    @Test("A list keeps its order and refuses gaps and repetitions")
    func lists() throws {
        #expect(try DeviceChoice.list(parsing: "cuda:1, cuda:0") == [.device(.cuda(1)), .device(.cuda(0))])
        for text in [
            "cuda:0,", "", "cuda,cuda:0", "cpu,cpu", "cpu,cpu:openvino", "cpu:onnxruntime,cuda:0,cpu:openvino",
            "auto,cuda:0", "cpu,auto",
        ] {
            let error = #expect(throws: InferenceError.self, "\(text)") { try DeviceChoice.list(parsing: text) }
            #expect(error?.code == .invalidDevice)
        }
        let error = #expect(throws: InferenceError.self) { try DeviceChoice.list(parsing: "cpu,cpu:openvino") }
        #expect(error?.message == "the processor is named twice")
    }
}

import Testing

@testable import Inference

@Suite("OpenVINO's messages")
struct OpenVINOMessageTests {
    @Test("A message keeps what tells something, in one line")
    func summary() {
        let text = """
            Exception from src/inference/src/cpp/infer_request.cpp:224:
            Exception from src/plugins/intel_cpu/src/node.cpp:794:
            [CPU] MaxPool node with name 'pool' has no images
            """
        #expect(OpenVINOMessage.summary(of: text) == "[CPU] MaxPool node with name 'pool' has no images")
        #expect(OpenVINOMessage.summary(of: "Exception from a.cpp:1:") == "Exception from a.cpp:1:")
        #expect(OpenVINOMessage.summary(of: String(repeating: "x", count: 9_000)).count == 500)
    }
}

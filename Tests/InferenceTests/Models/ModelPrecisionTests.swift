import Crypto
import Foundation
import Synchronization
import Telemetry
import Testing

@testable import Inference

@Suite("How the models of a pipeline are loaded")
struct ModelPrecisionTests {
    /// Notes what is loaded, and loads nothing.
    private final class RecordingRuntime: InferenceRuntime {
        let name = "Recording"
        let version = "1"
        let libraryPath = "none"
        let opensSideBySide: Bool
        private let calls = Mutex<[String: Precision]>([:])

        init(opensSideBySide: Bool = true) {
            self.opensSideBySide = opensSideBySide
        }

        var loaded: [String: Precision] { calls.withLock { $0 } }

        func makeSession(path: String, options: SessionOptions) throws(InferenceError) -> any InferenceSession {
            calls.withLock { $0[path.split(separator: "/").last.map(String.init) ?? path] = options.precision }
            throw InferenceError(
                .invalidModel,
                operation: OperationName("model.load", path),
                message: "nothing is loaded here"
            )
        }

        func checkAvailability(of options: SessionOptions) throws(InferenceError) {}
    }

    private static let precisions: [(Precision, Precision, Precision)] = [
        (.full, .full, .full), (.half, .half, .half), (.mixed, .full, .half),
    ]

    /// The least that says that it was made of a graph, which is the least that could be one.
    private func half(of graph: Data = Data([8, 1])) -> Data {
        let digest = SHA256.hash(data: graph).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let key = HalfGraph.sourceKey.utf8
        let entry = [0x0A, UInt8(key.count)] + key + [0x12, 64] + digest.utf8
        return graph + [14 << 3 | 2, UInt8(entry.count)] + entry
    }

    /// What is wrong with a pipeline on a device whose runtime loads nothing.
    @discardableResult
    private func mistakes(
        in manifest: PipelineManifest,
        on use: DeviceUse,
        _ runtime: RecordingRuntime
    ) throws -> [String] {
        let error = #expect(throws: ManifestError.self) {
            try LoadedPipeline(
                manifest,
                options: SessionOptions(device: use.device, precision: use.precision),
                classificationBatchSize: 4,
                runtime: runtime
            )
        }
        return error?.mistakes ?? []
    }

    @Test("Mixed precision is full in the detector and half in what names insects", arguments: precisions)
    func mixed(precision: Precision, detector: Precision, others: Precision) throws {
        let runtime = RecordingRuntime()
        let manifest = try ParityFixture("tiny_pyramid").manifest
        for device in [Device.openVINO, .tensorRT(0)] {
            try mistakes(in: manifest, on: DeviceUse(device: device, precision: precision), runtime)
            #expect(
                runtime.loaded == [
                    "tiny_pyramid_detector.onnx": detector, "tiny_filter.onnx": others, "tiny_trunk.onnx": others,
                ]
            )
        }
    }

    @Test(
        "On CUDA half precision is another graph, whether models are opened one after the other or side by side",
        arguments: precisions,
        [false, true]
    )
    func halfGraphs(precisions: (Precision, Precision, Precision), opensSideBySide: Bool) throws {
        let (precision, detector, others) = precisions
        let fixture = try ManifestFixture()
        for name in ["detector", "filter", "classifier"] {
            try Data([8, 1]).write(to: URL(filePath: "\(fixture.directory)/\(name).onnx"))
            try half().write(to: URL(filePath: "\(fixture.directory)/\(name).half.onnx"))
        }
        let runtime = RecordingRuntime(opensSideBySide: opensSideBySide)
        let use = DeviceUse(device: .cuda(1), precision: precision)
        try mistakes(in: fixture.manifest(), on: use, runtime)
        let ending = { (precision: Precision) in precision == .half ? ".half.onnx" : ".onnx" }
        #expect(
            runtime.loaded == [
                "detector\(ending(detector))": detector, "filter\(ending(others))": others,
                "classifier\(ending(others))": others,
            ]
        )
        #expect(throws: Never.self) { try HalfGraph.require(for: [fixture.manifest()], on: use) }
    }

    @Test("Every graph of half precision that is missing is named with the command that writes it; none is replaced")
    func missing() throws {
        let fixture = try ManifestFixture()
        for name in ["detector.onnx", "filter.onnx", "classifier.onnx"] {
            try Data([8, 1]).write(to: URL(filePath: "\(fixture.directory)/\(name)"))
        }
        try half().write(to: URL(filePath: "\(fixture.directory)/detector.half.onnx"))
        let runtime = RecordingRuntime(opensSideBySide: false)
        let manifest = try fixture.manifest()
        let use = DeviceUse(device: .cuda(0), precision: .half)
        let mistakes = try mistakes(in: manifest, on: use, runtime)
        #expect(runtime.loaded == ["detector.half.onnx": .half])
        for name in ["filter", "classifier"] {
            let command = "tools/export/half \(fixture.directory)/\(name).onnx writes it"
            #expect(mistakes.contains { $0.contains("\(name).half.onnx is not there") && $0.hasSuffix(command) })
        }
        let error = #expect(throws: InferenceError.self) { try HalfGraph.require(for: [manifest], on: use) }
        #expect(error?.message.contains("filter.half.onnx is not there") == true)
        // Elsewhere, and at full precision, nobody misses them.
        for device in [Device.openVINO, .tensorRT(0)] {
            #expect(throws: Never.self) {
                try HalfGraph.require(for: [manifest], on: DeviceUse(device: device, precision: .half))
            }
        }
        #expect(throws: Never.self) {
            try HalfGraph.require(for: [manifest], on: DeviceUse(device: .cuda(0), precision: .full))
        }
    }

    @Test("A graph of half precision that is cut off or empty is a mistake like any other")
    func broken() throws {
        let fixture = try ManifestFixture()
        for name in ["detector", "filter", "classifier"] {
            try half().write(to: URL(filePath: "\(fixture.directory)/\(name).half.onnx"))
        }
        try Data().write(to: URL(filePath: "\(fixture.directory)/filter.half.onnx"))
        let use = DeviceUse(device: .cuda(0), precision: .mixed)
        let error = #expect(throws: InferenceError.self) { try HalfGraph.require(for: [fixture.manifest()], on: use) }
        // The detector computes with full precision here, and its own file is empty.
        #expect(error?.message.hasSuffix("detector.onnx is empty") == true)
        try Data([8, 1]).write(to: URL(filePath: "\(fixture.directory)/detector.onnx"))
        let next = #expect(throws: InferenceError.self) { try HalfGraph.require(for: [fixture.manifest()], on: use) }
        #expect(next?.message.hasSuffix("filter.half.onnx is empty") == true)
    }

    @Test("The limit of memory counts what a device loads")
    func sizes() throws {
        let fixture = try ManifestFixture()
        try Data(count: 100).write(to: URL(filePath: "\(fixture.directory)/filter.onnx"))
        try Data(count: 50).write(to: URL(filePath: "\(fixture.directory)/filter.half.onnx"))
        let manifest = try fixture.manifest()
        #expect(manifest.modelFiles().values.reduce(0, +) == 100)
        let half = manifest.modelFiles(on: DeviceUse(device: .cuda(0), precision: .mixed))
        #expect(half.values.reduce(0, +) == 50)
        #expect(half.count == 3)
    }

    @Test(
        "The name of the graph in half precision",
        arguments: [("a/moths.onnx", "a/moths.half.onnx"), ("moths", "moths.half.onnx")]
    )
    func names(file: String, half: String) {
        #expect(HalfGraph.path(beside: file) == half)
    }
}

import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Inference

@Suite("A graph of half precision and the one that it was made of")
struct HalfGraphTests {
    private let use = DeviceUse(device: .cuda(0), precision: .half)

    /// The demo's pipeline with all its graphs, to be spoiled.
    private func demo() throws -> URL {
        let folder = try PackagePaths.scratch("half").appending(path: "demo")
        try FileManager.default.copyItem(atPath: "\(PackagePaths.models)/demo", toPath: folder.path)
        return folder
    }

    private func problem(in folder: URL) throws -> String? {
        let manifest = try PipelineManifest(directory: folder.path)
        do {
            try HalfGraph.require(for: [manifest], on: use)
            return nil
        } catch {
            #expect(error.code == .invalidModel)
            return error.message
        }
    }

    @Test("The demo's belong together, also where they are copied")
    func demoFits() throws {
        #expect(try problem(in: demo()) == nil)
    }

    @Test("A graph that was replaced is named with the command that writes the other one anew")
    func replaced() throws {
        let folder = try demo()
        let file = folder.appending(path: "filter.onnx")
        let bytes = try Data(contentsOf: file)
        // One bit of one weight.
        var changed = bytes
        changed[bytes.count / 2] ^= 1
        try changed.write(to: file)
        let problem = try #require(try problem(in: folder))
        #expect(problem.contains("filter.half.onnx was made of another graph than \(file.path) is now"))
        #expect(problem.hasSuffix("tools/export/half \(file.path) writes it anew"))
        // Back again, under the same name.
        try bytes.write(to: file)
        #expect(try self.problem(in: folder) == nil)
        // The other way round: another model's half.
        let half = folder.appending(path: "filter.half.onnx")
        try FileManager.default.removeItem(at: half)
        try FileManager.default.copyItem(at: folder.appending(path: "classifier.half.onnx"), to: half)
        #expect(try self.problem(in: folder)?.contains("filter.half.onnx was made of another graph") == true)
    }

    @Test("A graph that does not say what it was made of is none")
    func silent() throws {
        let folder = try demo()
        let half = folder.appending(path: "classifier.half.onnx")
        try FileManager.default.removeItem(at: half)
        try FileManager.default.copyItem(at: folder.appending(path: "classifier.onnx"), to: half)
        let problem = try #require(try problem(in: folder))
        #expect(problem.contains("classifier.half.onnx does not say which graph it was made of: tools/export/half "))
    }

    /// An entry of the metadata as protocol buffers have it, with lengths that may be wrong.
    private func entry(_ parts: [(tag: UInt8, text: String, length: Int)]) -> [UInt8] {
        let body = parts.flatMap { [$0.tag, UInt8($0.length)] + Array($0.text.utf8) }
        return [14 << 3 | 2, UInt8(body.count)] + body
    }

    @Test("Metadata is read where it is, and what is none is nothing")
    func metadata() throws {
        let file = try PackagePaths.scratch("metadata").appending(path: "a.onnx")
        let value = { (bytes: [UInt8]) in
            try Data(bytes).write(to: file)
            return ModelFile.metadata("k", of: file.path)
        }
        let good = entry([(0x0A, "k", 1), (0x12, "v", 1)])
        let graph: [UInt8] = [0x3A, 3, 1, 2, 3]
        #expect(try value(graph + good) == "v")
        #expect(try value(good + graph + entry([(0x12, "other", 5), (0x0A, "x", 1)])) == "v")
        #expect(try value(graph + entry([(0x12, "v", 1), (0x0A, "k", 1)])) == "v")
        // Too long, cut off, of other kinds, without a value.
        for bytes in [
            graph, graph + entry([(0x0A, "k", 1), (0x12, "v", 100)]), graph + good.dropLast(),
            graph + entry([(0x0A, "k", 1)]), graph + entry([(0x08, "k", 1), (0x12, "v", 1)]), [],
            graph + [14 << 3 | 2] + [UInt8](repeating: 0xFF, count: 8) + [0x7F],
            graph + [14 << 3 | 2, 11, 0x0A] + [UInt8](repeating: 0xFF, count: 9) + [1],
        ] {
            #expect(try value(bytes) == nil)
        }
        #expect(ModelFile.metadata("k", of: "/proc/nowhere") == nil)
    }
}

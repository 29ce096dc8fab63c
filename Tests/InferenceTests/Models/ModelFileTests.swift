import Foundation
import TestSupport
import Testing

@testable import Inference

@Suite("What a model's file shows before it is loaded")
struct ModelFileTests {
    private let folder: URL
    private static let model = "\(PackagePaths.models)/demo/detector.onnx"

    init() throws {
        folder = try PackagePaths.scratch("models")
    }

    private func problem(_ bytes: some Sequence<UInt8>) throws -> String? {
        let file = folder.appending(path: "\(UUID().uuidString).onnx")
        try Data(bytes).write(to: file)
        return ModelFile.problem(of: file.path)
    }

    @Test("a model has no fault, and of a file that is not there nothing is said")
    func good() throws {
        #expect(ModelFile.problem(of: Self.model) == nil)
        #expect(ModelFile.problem(of: "\(folder.path)/none.onnx") == nil)
        #expect(ModelFile.problem(of: folder.path) == nil)
    }

    @Test("a pointer of Git LFS and an empty file are named")
    func pointer() throws {
        let text = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 42\n"
        #expect(try problem(text.utf8)?.contains("run git lfs pull") == true)
        #expect(try problem([])?.hasSuffix("is empty") == true)
    }

    @Test("a file that is cut off is named with its size, wherever it ends", arguments: [0.1, 0.5, 0.9, 0.99])
    func cutOff(share: Double) throws {
        let bytes = try Data(contentsOf: URL(filePath: Self.model))
        let part = bytes.prefix(Int(Double(bytes.count) * share))
        #expect(try problem(part)?.contains("is cut off: it has \(part.count) bytes") == true)
    }

    @Test("bytes of anything else are the runtime's business, and no trap")
    func hostile() throws {
        for text in ["<html>", "\u{0}", "\u{7F}\u{7F}\u{7F}"] { _ = try problem(text.utf8) }
        // A length of nearly 2⁶³, one of 2⁶⁴ - 1, and one that does not end.
        for tail in [[UInt8](repeating: 0xFF, count: 8) + [0x7F], [UInt8](repeating: 0xFF, count: 9) + [1]] {
            _ = try problem([0x3A] + tail)
        }
        _ = try problem([UInt8](repeating: 0xFF, count: 40))
        var random = SeededGenerator(seed: 9)
        for _ in 0..<200 { _ = try problem((0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }) }
    }
}

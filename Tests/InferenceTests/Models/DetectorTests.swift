import Imaging
import Telemetry
import Testing

@testable import Inference

@Suite("The detector's boxes")
struct DetectorTests {
    @Test("Boxes come back to the stored image, the best score first")
    func scalesAndSorts() throws {
        let scripted = try ScriptedDetector()
        let image = try scripted.image([(1, 2, 11, 12, score: 3), (4, 4, 8, 8, score: 9), (0, 0, 64, 32, score: 5)])
        let found = try scripted.detect([image])
        #expect(found.map { $0.map(\.score) } == [[9, 5, 3]])
        #expect(
            found.first?.map(\.box) == [
                Box(x1: 8, y1: 8, x2: 16, y2: 16), Box(x1: 0, y1: 0, x2: 128, y2: 64),
                Box(x1: 2, y1: 4, x2: 22, y2: 24),
            ]
        )
    }

    @Test("A score equal to the threshold is below it; equal scores keep the model's order")
    func thresholdAndTies() throws {
        let scripted = try ScriptedDetector()
        let image = try scripted.image([
            (3, 3, 9, 9, score: 2), (1, 1, 5, 5, score: 1), (2, 2, 6, 6, score: 2), (1, 1, 7, 7, score: 2),
        ])
        #expect(try scripted.detect([image]).first?.map(\.box.x1) == [6, 4, 2])
    }

    @Test("Only the best are kept")
    func maximum() throws {
        let scripted = try ScriptedDetector(maximumDetections: 2)
        let image = try scripted.image([(1, 1, 5, 5, score: 2), (2, 2, 6, 6, score: 4), (3, 3, 7, 7, score: 3)])
        #expect(try scripted.detect([image]).first?.map(\.score) == [4, 3])
    }

    @Test("Boxes outside, inside out or without area are dropped, others are cut at the image's edge")
    func degenerate() throws {
        let scripted = try ScriptedDetector()
        let image = try scripted.image([
            (70, 1, 90, 9, score: 5), (9, 9, 3, 12, score: 5), (5, 5, 5, 9, score: 5), (60, 30, 200, 200, score: 4),
        ])
        #expect(try scripted.detect([image]).first?.map(\.box) == [Box(x1: 120, y1: 60, x2: 128, y2: 64)])
    }

    @Test("Each image of a batch gets its own boxes, wherever it stands", arguments: [1, 2, 5, 9])
    func images(imagesPerRun: Int) throws {
        let scripted = try ScriptedDetector(imagesPerRun: imagesPerRun)
        let images = try (1...5).map { try scripted.image([($0, $0, 20, 20, score: 2 + $0)]) }
        for shift in 0..<5 {
            let turned = Array(images[shift...] + images[..<shift])
            let expected = (0..<5).map { [2 * (($0 + shift) % 5 + 1)] }
            #expect(try scripted.detect(turned).map { $0.map(\.box.x1) } == expected)
        }
    }

    @Test("Coordinates are truncated in single precision, as torchvision scales them")
    func truncation() {
        let size = LocalizationSize(
            image: PixelSize(height: 702, width: 1333),
            padded: PixelSize(height: 704, width: 1344)
        )
        let scale = BoxScale(height: 2160, width: 4096, size: size)
        #expect(scale.box(SIMD4(0, 0, 1333, 702)) == Box(x1: 0, y1: 0, x2: 4096, y2: 2160))
        #expect(scale.box(SIMD4(-5, -0.2, 0.33, 0.33)) == Box(x1: 0, y1: 0, x2: 1, y2: 1))
        #expect(scale.box(SIMD4(10.1, 10.1, 10.2, 10.2)) == nil)
        #expect(scale.box(SIMD4(-1e30, -1e30, 1e30, 1e30)) == Box(x1: 0, y1: 0, x2: 4096, y2: 2160))
    }

    @Test(
        "The localization size is torchvision's",
        arguments: [
            (2160, 4096, 702, 1333), (2160, 3840, 749, 1333), (680, 1024, 800, 1204), (1024, 680, 1204, 800),
            (100, 100, 800, 800), (10, 65_500, 1, 1333),
        ]
    )
    func localizationSize(height: Int, width: Int, newHeight: Int, newWidth: Int) {
        let rule = LocalizationRule(
            shorterSide: 800,
            longerSideMaximum: 1333,
            antialias: false,
            normalization: .unit,
            padMultiple: 32
        )
        let size = rule.size(height: height, width: width)
        #expect(size.image == PixelSize(height: newHeight, width: newWidth))
        #expect(size.padded.height % 32 == 0 && size.padded.height - newHeight < 32)
        #expect(size.padded.width % 32 == 0 && size.padded.width - newWidth < 32)
    }
}

@Suite("A batch on its way into the detector")
struct DetectorBatchTests {
    @Test("A slot is filled once")
    func once() throws {
        let scripted = try ScriptedDetector()
        let image = try scripted.image([])
        let batch = try scripted.detector.makeBatch(
            size: scripted.detector.manifest.input.size(height: 64, width: 128),
            count: 2
        )
        try batch.fill(slot: 0, with: image)
        for slot in [0, 2, -1] {
            let error = #expect(throws: InferenceError.self) { try batch.fill(slot: slot, with: image) }
            #expect(error?.code == .invalidInput)
        }
    }

    @Test("A batch with an empty slot does not run")
    func empty() throws {
        let scripted = try ScriptedDetector()
        let batch = try scripted.detector.makeBatch(
            size: scripted.detector.manifest.input.size(height: 64, width: 128),
            count: 2
        )
        try batch.fill(slot: 1, with: scripted.image([]))
        #expect(throws: InferenceError.self) { try scripted.detector.detect(batch) }
    }

    @Test("An image of another size is refused, and its slot stays free for the right one")
    func otherSize() throws {
        let scripted = try ScriptedDetector()
        let batch = try scripted.detector.makeBatch(
            size: scripted.detector.manifest.input.size(height: 64, width: 128),
            count: 1
        )
        let other = try image(height: 100, width: 128) { _, _ in (0, 0, 0) }
        let error = #expect(throws: InferenceError.self) { try batch.fill(slot: 0, with: other) }
        #expect(error?.message.contains("100×128") == true)
        try batch.fill(slot: 0, with: scripted.image([(1, 1, 5, 5, score: 7)]))
        #expect(try scripted.detector.detect(batch).first?.count == 1)
    }

    @Test("Slots can be filled at the same time")
    func parallel() async throws {
        let scripted = try ScriptedDetector()
        let images = try (0..<16).map { try scripted.image([($0, 0, 30, 30, score: 9)]) }
        let batch = try scripted.detector.makeBatch(
            size: scripted.detector.manifest.input.size(height: 64, width: 128),
            count: 16
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (slot, image) in images.enumerated() {
                group.addTask { try batch.fill(slot: slot, with: image) }
            }
            try await group.waitForAll()
        }
        #expect(try scripted.detector.detect(batch).map { $0.map(\.box.x1) } == (0..<16).map { [$0 * 2] })
    }

    @Test("Memory that comes back from an earlier batch leaves no trace in the padding")
    func reuse() throws {
        let scripted = try ScriptedDetector()
        let bright = try image(height: 64, width: 128) { _, _ in (255, 255, 255) }
        _ = try scripted.detect([bright, bright])
        let batch = try scripted.detector.makeBatch(
            size: scripted.detector.manifest.input.size(height: 64, width: 128),
            count: 1
        )
        try batch.fill(slot: 0, with: image(height: 64, width: 128) { _, _ in (0, 0, 0) })
        try batch.withFloats(of: 0..<1) { floats throws(InferenceError) in
            #expect(floats.count == 3 * 48 * 96)
            #expect(floats.allSatisfy { $0 == 0 })
        }
    }
}

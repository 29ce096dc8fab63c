import Imaging
import Inference
import Synchronization
import Testing

/// What is said of an image must not depend on what it shares a batch with.
@Suite("Independence of the batch", .serialized)
struct BatchIndependenceTests {
    /// All that can be asked for, so that nothing of it depends on the batch.
    private let asking = AnalysisOptions(features: true)

    @Test(
        "The detector's graph answers bit for bit the same, whatever the batch",
        arguments: ParityFixture.slugs,
        RuntimeUnderTest.present
    )
    func detector(slug: String, kind: RuntimeUnderTest) throws {
        let fixture = try ParityFixture(slug)
        let manifest = fixture.manifest.detector
        let session = try kind.runtime().makeSession(path: manifest.algorithm.file, options: kind.options(threads: 2))
        // On a processor the worker runs images one by one; the graph itself must not care.
        let detector = ObjectDetector(manifest, session: session, imagesPerRun: .max)
        let sameSize = Array(try fixture.pictures().prefix(2))
        let (a, b) = (sameSize[0], sameSize[1])
        let alone = try sameSize.map { try detections(of: [$0], detector)[0] }
        #expect(alone.allSatisfy { $0.count > 5 } && alone[0] != alone[1])
        #expect(try detections(of: [a, b], detector) == alone)
        #expect(try detections(of: [b, a], detector) == alone.reversed())
        #expect(try detections(of: [a, a, b, a, b], detector) == [0, 0, 1, 0, 1].map { alone[$0] })
    }

    @Test(
        "A pipeline says the same of an image alone and among neighbours",
        arguments: ParityFixture.slugs,
        RuntimeUnderTest.present
    )
    func pipeline(slug: String, kind: RuntimeUnderTest) throws {
        let fixture = try ParityFixture(slug)
        let sameSize = Array(try fixture.pictures().prefix(2))
        let pipeline = try fixture.load(on: kind)
        let alone = try sameSize.map { try pipeline.analyse([$0], options: asking).insects[0] }
        for order in [[0, 1], [1, 0], [0, 0, 1, 1, 0]] {
            let together = try pipeline.analyse(order.map { sameSize[$0] }, options: asking).insects
            #expect(together == order.map { alone[$0] })
        }
    }

    @Test("A classifier's batch size changes nothing", arguments: ParityFixture.slugs, RuntimeUnderTest.present)
    func batchSize(slug: String, kind: RuntimeUnderTest) throws {
        let fixture = try ParityFixture(slug)
        let sameSize = Array(try fixture.pictures().prefix(2))
        let usual = try fixture.load(on: kind).analyse(sameSize, options: asking).insects
        for batchSize in [1, 3, 64] {
            let other = try fixture.load(on: kind, classificationBatchSize: batchSize)
            #expect(try other.analyse(sameSize, options: asking).insects == usual, "batches of \(batchSize)")
        }
    }

    @Test("Others may run between the runs of a batch, and it says the same", arguments: ParityFixture.slugs)
    func interleaved(slug: String) throws {
        let fixture = try ParityFixture(slug)
        let sameSize = Array(try fixture.pictures().prefix(2))
        let pipeline = try fixture.load(classificationBatchSize: 20)
        let alone = try sameSize.map { try pipeline.analyse([$0]).insects[0] }
        let size = pipeline.localizationSize(height: sameSize[0].height, width: sameSize[0].width)
        let batch = try pipeline.detector.makeBatch(size: size, count: 2)
        for (slot, image) in sameSize.enumerated() { try batch.fill(slot: slot, with: image) }
        let others = Mutex([[DetectedInsect]]())
        let control = RunControl(betweenRuns: {
            do {
                let insects = try pipeline.analyse([sameSize[1]]).insects
                others.withLock { $0 += insects }
            } catch {
                Issue.record(error)
            }
        })
        let options = sameSize.map { _ in AnalysisOptions() }
        #expect(try pipeline.analyse(batch, options: options, control: control).insects == alone)
        // Between the two images of the detector, and before each batch of crops.
        let found = others.withLock(\.self)
        #expect(found.count >= 3 && found.allSatisfy { $0 == alone[1] })
    }

    private func detections(of images: [PixelBuffer], _ detector: ObjectDetector) throws -> [[Detection]] {
        let size = detector.manifest.input.size(height: images[0].height, width: images[0].width)
        let batch = try detector.makeBatch(size: size, count: images.count)
        for (slot, image) in images.enumerated() { try batch.fill(slot: slot, with: image) }
        return try detector.detect(batch)
    }
}

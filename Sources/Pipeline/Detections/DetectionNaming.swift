import Imaging
import Inference

/// Classifies the boxes that a task came with; nothing is detected.
///
/// They are cut out of the image, which is fetched and decoded once; where each has a crop of its own to be fetched, the image is not.
struct DetectionNaming: Sendable {
    /// Crops of one task that are on their way at the same time; what all tasks fetch is bounded by the images read ahead.
    private static let cropsAtOnce = 32

    let images: PixelProvider
    let batcher: Batcher
    let statistics: WorkerStatistics
    /// What is asked of the analysis of each box.
    var options = AnalysisOptions()

    /// The outcome of a task's boxes, in their order, and the image where it was needed.
    struct Outcome {
        var image: AdmittedPixels?
        var detections: [NamedDetection]
    }

    /// Names what is in boxes.
    ///
    /// - Parameters:
    ///   - detections: The boxes.
    ///   - lease: Their task.
    ///   - slot: The task's slot, which it leaves.
    /// - Returns: What they were named; a box that is wrong, or whose crop cannot be had, costs itself alone.
    /// - Throws: As ``PixelProvider/pixels(of:)`` and ``Batcher/classify(_:in:pipeline:options:from:)``.
    func name(_ detections: [GivenDetection], of lease: Lease, from slot: ExpectedImage) async throws -> Outcome {
        guard detections.allSatisfy({ $0.cropURL != nil }) else {
            return try await nameInImage(detections, of: lease, from: slot)
        }
        // Each crop has a slot of its own.
        slot.leave()
        return Outcome(detections: try await nameCrops(detections, of: lease))
    }

    // MARK: The image

    private func nameInImage(
        _ detections: [GivenDetection],
        of lease: Lease,
        from slot: ExpectedImage
    ) async throws -> Outcome {
        let image = try await images.pixels(of: lease.task)
        if lease.isGone { throw LeaseRevoked() }
        let parts = detections.map { $0.part(of: image.buffer) }
        let insects = try await insects(in: parts.compactMap { try? $0.get() }, of: image, lease.task, from: slot)
        var next = insects.makeIterator()
        return Outcome(
            image: image,
            detections: zip(detections, parts).map { given, part in
                let verdict = part.flatMap { _ in
                    next.next().map(Result.success) ?? .failure(NamedDetection.Trouble("was not classified"))
                }
                return NamedDetection(given: given, verdict: verdict)
            }
        )
    }

    /// An insect for each box; they enter the batcher in parts, none with more of them than a batch holds.
    private func insects(
        in boxes: [Box],
        of image: AdmittedPixels,
        _ task: ImageTask,
        from slot: ExpectedImage
    ) async throws -> [DetectedInsect] {
        let starts = Array(stride(from: 0, to: boxes.count, by: batcher.maximumBoxes))
        return try await withThrowingTaskGroup(of: (Int, [DetectedInsect]).self) { group in
            for (number, start) in starts.enumerated() {
                let batch = Array(boxes[start..<min(start + batcher.maximumBoxes, boxes.count)])
                group.addTask { (number, try await classify(batch, in: image, task, from: slot)) }
            }
            var parts = [[DetectedInsect]](repeating: [], count: starts.count)
            for try await (number, insects) in group { parts[number] = insects }
            return parts.flatMap(\.self)
        }
    }

    private func classify(
        _ boxes: [Box],
        in image: AdmittedPixels,
        _ task: ImageTask,
        from slot: ExpectedImage
    ) async throws -> [DetectedInsect] {
        let outcome = try await statistics.progress.inference.pass {
            try await batcher.classify(boxes, in: image, pipeline: task.pipeline, options: options, from: slot)
        }
        statistics.record(outcome, isDetected: false)
        return outcome.insects
    }

    // MARK: Crops

    private func nameCrops(_ detections: [GivenDetection], of lease: Lease) async throws -> [NamedDetection] {
        try await withThrowingTaskGroup(of: (Int, Result<DetectedInsect, NamedDetection.Trouble>).self) { group in
            var verdicts = [Result<DetectedInsect, NamedDetection.Trouble>?](repeating: nil, count: detections.count)
            for (index, given) in detections.enumerated() {
                if index >= Self.cropsAtOnce, let (done, verdict) = try await group.next() { verdicts[done] = verdict }
                group.addTask { (index, try await nameCrop(given, of: lease)) }
            }
            for try await (done, verdict) in group { verdicts[done] = verdict }
            return zip(detections, verdicts).map { given, verdict in
                NamedDetection(given: given, verdict: verdict ?? .failure(NamedDetection.Trouble("was not classified")))
            }
        }
    }

    private func nameCrop(
        _ given: GivenDetection,
        of lease: Lease
    ) async throws -> Result<DetectedInsect, NamedDetection.Trouble> {
        if lease.isGone { throw LeaseRevoked() }
        if let trouble = given.boxTrouble { return .failure(trouble) }
        let slot = batcher.enter()
        defer { slot.leave() }
        let crop: AdmittedPixels
        do {
            crop = try await images.crop(at: given.cropURL ?? "")
        } catch let failure as TaskFailure where !failure.isRetriable {
            return .failure(NamedDetection.Trouble("has no crop: \(failure.message)"))
        }
        let whole = Box(x1: 0, y1: 0, x2: crop.buffer.width, y2: crop.buffer.height)
        guard let insect = try await classify([whole], in: crop, lease.task, from: slot).first else {
            return .failure(NamedDetection.Trouble("was not classified"))
        }
        return .success(insect)
    }
}

extension GivenDetection {
    /// The mistake in the box, whatever image it lies in.
    fileprivate var boxTrouble: NamedDetection.Trouble? {
        guard let box else { return NamedDetection.Trouble("has no box of four finite numbers") }
        return box.isEmpty ? NamedDetection.Trouble("has a box without an inside") : nil
    }

    /// The part of an image that is classified.
    fileprivate func part(of image: PixelBuffer) -> Result<Box, NamedDetection.Trouble> {
        if let boxTrouble { return .failure(boxTrouble) }
        guard let part = box?.part(ofHeight: image.height, width: image.width) else {
            let size = "\(image.width) × \(image.height)"
            return .failure(NamedDetection.Trouble("lies outside the image, which is \(size) pixels"))
        }
        return .success(part)
    }
}

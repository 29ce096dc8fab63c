package import Imaging

/// A pipeline with its models loaded on one device, ready to analyse.
///
/// All calls run on the caller's thread and block it.
package final class LoadedPipeline: Sendable {
    /// What the pipeline says of itself.
    package let manifest: PipelineManifest
    /// Where its models run.
    package let device: Device
    /// Finds the insects.
    package let detector: ObjectDetector

    private let naming: CropNaming

    /// Loads the models and runs each that has never run, so that the first batch is not the one that waits.
    /// - Parameters:
    ///   - manifest: the pipeline.
    ///   - options: device and threads.
    ///   - classificationBatchSize: crops in a classifier's run, at most.
    ///   - sessions: the device's sessions, for models that other pipelines have as well.
    ///   - runtime: Loads the models.
    /// - Throws: `InferenceError` when the device is not there or a run fails; `ManifestError` with every model that cannot
    ///   be read or does not keep its role's contract.
    package init(
        _ manifest: PipelineManifest,
        options: SessionOptions,
        classificationBatchSize: Int,
        sessions: SharedSessions = SharedSessions(),
        runtime: any InferenceRuntime
    ) throws {
        var loader = ModelLoader(options: options, sessions: sessions, runtime: runtime)
        let opened = loader.openAll(of: manifest)
        let detector = try loader.load(
            manifest.detector.algorithm,
            ObjectDetector.contract,
            precision: options.precision.ofDetector
        )
        let loadClassifier = { (classifier: PipelineManifest.Classifier) in
            try loader.load(
                classifier.algorithm,
                CropClassifier.contract(classifier),
                precision: options.precision.ofClassifiers
            )
        }
        let filter = try manifest.binaryFilter.flatMap(loadClassifier)
        let classifiers = try manifest.classifiers.map(loadClassifier)
        guard loader.mistakes.isEmpty, let detector else {
            throw ManifestError(path: manifest.path, mistakes: loader.mistakes)
        }
        withExtendedLifetime(opened) {}
        self.manifest = manifest
        device = options.device
        self.detector = ObjectDetector(manifest.detector, session: detector)
        naming = CropNaming(
            filter: manifest.binaryFilter.flatMap { manifest in
                filter.map { CropClassifier(manifest, isTerminal: false, session: $0) }
            },
            classifiers: zip(manifest.classifiers, classifiers).compactMap { manifest, session in
                session.map { CropClassifier(manifest, isTerminal: true, session: $0) }
            },
            batchSize: max(1, classificationBatchSize)
        )
        try warmUp()
    }

    /// The size an image of `height` × `width` has in the detector.
    package func localizationSize(height: Int, width: Int) -> LocalizationSize {
        manifest.detector.input.size(height: height, width: width)
    }

    /// Analyses images of one localization size: fills a batch, one image after the other, and analyses it.
    ///
    /// The same is asked of all.
    package func analyse(
        _ images: [PixelBuffer],
        options: AnalysisOptions = AnalysisOptions()
    ) throws(InferenceError) -> PipelineAnalysis {
        guard let first = images.first else { return PipelineAnalysis(insects: [], times: PipelineTimes()) }
        let started = ContinuousClock.now
        let size = localizationSize(height: first.height, width: first.width)
        let batch = try detector.makeBatch(size: size, count: images.count)
        for (slot, image) in images.enumerated() {
            try batch.fill(slot: slot, with: image)
        }
        let prepared = started.duration(to: .now)
        var analysis = try analyse(batch, options: images.map { _ in options })
        analysis.times.prepare = prepared
        return analysis
    }

    /// Analyses a batch whose slots are all filled: detects, filters, classifies.
    ///
    /// - Parameters:
    ///   - batch: The images.
    ///   - options: What is asked of each.
    ///   - control: What comes between the runs, and what ends them.
    /// - Returns: The insects of each image.
    /// - Throws: ``InferenceError`` for the batch as a whole.
    package func analyse(
        _ batch: DetectorBatch,
        options: [AnalysisOptions],
        control: RunControl = RunControl()
    ) throws(InferenceError) -> PipelineAnalysis {
        var times = PipelineTimes()
        let started = ContinuousClock.now
        let detections = try detector.detect(
            batch,
            options: options,
            runtime: &times.runtime,
            control: control
        )
        let detected = ContinuousClock.now
        times.detect = started.duration(to: detected)
        let images = zip(batch.images() ?? [], options).map(WholeImage.init)
        let insects = try name(detections, in: images, runtime: &times.runtime, control: control)
        times.classify = detected.duration(to: .now)
        return PipelineAnalysis(insects: insects, times: times)
    }

    /// Filters and classifies what is in boxes that are known, which are as sure as can be: the detector has no part in it.
    ///
    /// - Parameters:
    ///   - images: The images with their boxes.
    ///   - control: As for ``analyse(_:options:control:)``.
    /// - Returns: An insect for each box, in their order.
    /// - Throws: ``InferenceError`` for the batch as a whole.
    package func classify(
        _ images: [BoxedImage],
        control: RunControl = RunControl()
    ) throws(InferenceError) -> PipelineAnalysis {
        var times = PipelineTimes()
        let started = ContinuousClock.now
        let detections = images.map { $0.boxes.map { Detection(box: $0, score: 1) } }
        let whole = images.map { WholeImage(image: $0.image, options: $0.options) }
        let insects = try name(detections, in: whole, runtime: &times.runtime, control: control)
        times.classify = started.duration(to: .now)
        return PipelineAnalysis(insects: insects, times: times)
    }

    /// Asks filter and classifiers about what was detected in each image.
    private func name(
        _ detections: [[Detection]],
        in images: [WholeImage],
        runtime: inout Duration,
        control: RunControl
    ) throws(InferenceError) -> [[DetectedInsect]] {
        let subjects = zip(images, detections).flatMap { image, found in
            found.map { CropNaming.Subject($0, in: image) }
        }
        var words = try naming.name(subjects, runtime: &runtime, control: control)[...]
        return detections.map { found in
            defer { words = words.dropFirst(found.count) }
            return zip(found, words).map { DetectedInsect(detection: $0, classifications: $1) }
        }
    }

    private func warmUp() throws {
        let image = try PixelBuffer(pool: PixelBufferPool(maximumIdleBytes: 0), height: 540, width: 960) { bytes in
            bytes.initializeMemory(as: UInt8.self, repeating: 200)
        }
        if !detector.session.hasRun {
            // A GPU's kernels are chosen by size; on a processor a run of full size is a second of a start.
            let rule = device.isProcessor ? manifest.detector.input.reduced : manifest.detector.input
            let batch = try DetectorBatch(
                size: rule.size(height: image.height, width: image.width),
                count: 1,
                rule: rule,
                pool: detector.session.buffers
            )
            try batch.fill(slot: 0, with: image)
            _ = try detector.detect(batch)
        }
        let crop = Crop(image: image, box: Box(x1: 100, y1: 100, x2: 200, y2: 200), wantsFeatures: true)
        // A graph may leave open how many features there are: who shares it may not have asked.
        for classifier in [naming.filter].compactMap(\.self) + naming.classifiers
        where !classifier.session.hasRun || classifier.manifest.featureCount != nil {
            _ = try classifier.classify([crop], batchSize: 1)
        }
    }
}

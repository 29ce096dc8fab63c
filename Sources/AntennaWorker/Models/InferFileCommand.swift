import ArgumentParser
import Foundation
import Inference
import Lab
import Logging
import Pipeline
import Settings
import Worker

/// A pipeline on files of this machine, without a queue.
struct InferFileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "infer-file",
        abstract: "Find and name the insects in image files, and show what was found.",
        discussion: """
            The images go through the stages of a worker: the same decoding, batches and models. The answer is a table, with --json \
            one JSON object a line as Antenna would get it (plus the detector's score), or with --html a page with pictures.

            With --detections boxes that exist are named: [{"source_image": {"url": …}, "bbox": {"x1": …, "y1": …, "x2": …, "y2": …}, "crop_image_url": …, \
            "algorithm": {"name": …, "key": …}}]. The url is the image's path or its name; crops, where each box of an image has one, are files, too.

            With --features FILE.npy the features of the insects that have them are written as a matrix for NumPy, a row an insect, and beside it a table, \
            FILE.csv, that says of each row which insect of which image it is.

            Folders are walked with all folders in them. --csv, --megadetector, --coco and --crops write what was found for other programs; they, --html and each \
            other go together, and the table is left out then. See docs/files.md.

            A file that cannot be read or analysed costs only itself: the others are done, it is named at the end, and the command ends with status 1.

            Example: antenna-worker infer-file --pipeline demo photo.jpg night/ --html result.html --csv result.csv
            """
    )

    @Argument(help: ArgumentHelp("Images, or folders that have them somewhere in them.", valueName: "image"))
    var images: [String]

    @Flag(help: "Print one JSON object a line instead of a table.") var json = false
    @Option(
        help: ArgumentHelp(
            "Name what was detected before, instead of detecting: a JSON list of detections as Antenna sends them. Images of which it says nothing are searched.",
            valueName: "file"
        )
    )
    var detections: String?
    @Option(
        help: ArgumentHelp(
            "Write the features of insects as a matrix for NumPy, with a table of their places beside it.",
            valueName: "file.npy"
        )
    )
    var features: String?
    @OptionGroup var asked: TaskConfigOption
    @Option(help: ArgumentHelp("Write a page with pictures instead of a table.", valueName: "file")) var html: String?
    @OptionGroup(title: "For other programs") var exports: ExportOptions
    @OptionGroup(title: "Models") var models: Flags<ModelSettings>
    @OptionGroup(title: "Models") var pipeline: OnePipelineOption
    @OptionGroup(title: "Images") var decoding: Flags<DecodingFlags>
    @OptionGroup(title: "Inference") var inference: Flags<BatchSettings, InferenceSettings, ResultSettings>
    @OptionGroup(title: "Messages") var log: Flags<LogSettings>
    @OptionGroup(title: "Configuration") var file: ConfigFileOption

    func validate() throws {
        guard html == nil || !json else { throw ValidationError("Choose one of --json and --html.") }
    }

    func run() async throws {
        let settings = try settings()
        LoggingSetup.bootstrap(settings.log)
        let logger = Logger(label: "infer-file")
        try DescriptorLimit.require(DescriptorLimit.least + settings.images.fetchConcurrency)
        try AddressSpace.require()
        let found = try findImages()
        let files = found.files
        let manifest = try InferenceAssembly.readManifests(
            in: settings.models.folder,
            slugs: settings.work.pipelines
        )[0]
        let table = try featureTable(for: files.map(\.path), manifest)
        let known = try detections.map { try DetectionsFile(path: $0) }
        try known?.check()
        let asked = try asked.read()
        let lifecycle = WorkerLifecycle()
        let preparer = FilePreparer(files: files, report: html != nil, crops: exports.crops != nil)
        // Who cannot be told what was found needs no more of it.
        let results = try FileResults(
            files: files,
            output: output,
            exports: try exports.open(for: manifest),
            report: try html.map { try ReportWriter(path: $0) },
            features: table,
            preparer: preparer,
            onFailure: { lifecycle.drain() }
        )
        let progress = ProgressBar(label: "Analysing", total: files.count)
        let began = ContinuousClock.now
        let worker = try FileWorker(
            settings: settings,
            paths: files.map(\.path),
            detections: known,
            configuration: asked?.configuration,
            context: RoleContext().observed(by: preparer).counting { if showsProgress { progress.update(done: $0) } },
            logger: logger,
            deliver: { await results.take($0, at: $1) }
        )
        try await ServiceRunner(grace: settings.shutdown.grace, logger: logger, lifecycle: lifecycle).run([worker])
        if showsProgress { progress.finish() }
        let elapsed = began.duration(to: .now)
        try await results.finish()
        let summary = ReportSummary(
            title: title(files.count),
            pipeline: manifest.slug,
            note: manifest.description ?? "",
            statistics: worker.statistics,
            elapsed: elapsed,
            placement: worker.placement,
            settings: settings
        )
        if let page = try await results.writeReport(summary) {
            try Output.standard.print("Open \(page) in a browser.")
        }
        try sayWhere(insects: await results.insectCount, images: files.count)
        var failures = await results.failures
        for place in found.unreadable { failures.add(place.path, reason: place.reason) }
        let left = files.count - worker.statistics.answered
        try judge(failures, left: left, of: files.count + found.unreadable.count)
    }

    private func findImages() throws -> ImageFiles {
        let found = ImageFiles(walking: images, except: exports.crops)
        guard !found.files.isEmpty || !found.unreadable.isEmpty else {
            throw CommandFailure("There are no images in \(images.joined(separator: ", ")).")
        }
        return found
    }

    /// Names the files that other programs may read.
    private func sayWhere(insects: Int, images: Int) throws {
        guard !exports.paths.isEmpty, !json else { return }
        try Output.standard.print("\(insects) insects on \(images) images: \(exports.paths.joined(separator: ", "))")
    }

    /// What the page is called.
    private func title(_ count: Int) -> String {
        guard images.count == 1,
            let name = images.first.map({ URL(filePath: $0).standardizedFileURL.lastPathComponent })
        else { return "Insects on \(count) images" }
        return "Insects in \(name)"
    }

    private var output: FileResults.Form {
        if json { return .json }
        return isQuiet ? .none : .text(.output)
    }

    /// Whether everything goes into files.
    private var isQuiet: Bool { !json && (html != nil || !exports.paths.isEmpty) }

    /// A bar, or now and then a line, where nothing else is shown; between lines of results only where they go elsewhere.
    private var showsProgress: Bool {
        isQuiet || (Terminal.error.isInteractive && !Terminal.output.isInteractive)
    }

    private func settings() throws -> WorkerSettings {
        var flags = FlagValues(of: self)
        flags.prefer("warning", for: LogSettings().level)
        var settings = try WorkerSettings.load(flags)
        // A table and a page show the best score alone.
        if !json { settings.results.scores = .top(1) }
        if features != nil { settings.results.features = true }
        if settings.work.pipelines.isEmpty {
            settings.work.pipelines = PipelineManifest.slugs(in: settings.models.folder)
        }
        guard settings.work.pipelines.count <= 1 else {
            let choice = settings.work.pipelines.joined(separator: ", ")
            throw ValidationError("Choose a pipeline with --pipeline, one of: \(choice)")
        }
        return settings
    }

    /// Makes the files that features go to, while nothing has been done that would be lost.
    private func featureTable(for paths: [String], _ manifest: PipelineManifest) throws -> FeatureTable? {
        guard let features else { return nil }
        let featured = manifest.classifiers.filter { $0.featureCount != nil }
        guard let classifier = featured.last, let count = classifier.featureCount else {
            throw CommandFailure("Pipeline \(manifest.slug) has no features: its manifest names none.")
        }
        return try FeatureTable(path: features, columns: count, algorithm: classifier.algorithm.key, paths: paths)
    }

    private func judge(_ failures: FileFailures, left: Int, of total: Int) throws {
        let stopped = left > 0 ? ["Stopped: \(left) of \(total) images were not analysed."] : []
        let failed =
            failures.count > 0 ? ["\(failures.count) of \(total) images could not be analysed:"] + failures.lines : []
        guard stopped.isEmpty, failed.isEmpty else {
            throw CommandFailure((stopped + failed).joined(separator: "\n"))
        }
    }
}

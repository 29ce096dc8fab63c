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

            A file that cannot be read or analysed costs only itself: the others are done, and the command ends with status 1.

            Example: antenna-worker infer-file --pipeline demo photo.jpg night/ --html result.html
            """
    )

    @Argument(help: ArgumentHelp("Images, or folders of them.", valueName: "image"))
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
        let paths = try files()
        let table = try featureTable(for: paths, settings)
        let known = try detections.map { try DetectionsFile(path: $0) }
        try known?.check()
        let asked = try asked.read()
        let lifecycle = WorkerLifecycle()
        // Who cannot be told what was found needs no more of it.
        let results = try FileResults(
            paths: paths,
            output: output,
            features: table,
            onFailure: { lifecycle.drain() }
        )
        let progress = ProgressBar(label: "Analysing", total: paths.count)
        let began = ContinuousClock.now
        let worker = try FileWorker(
            settings: settings,
            paths: paths,
            detections: known,
            configuration: asked?.configuration,
            context: RoleContext().counting { if showsProgress { progress.update(done: $0) } },
            logger: logger,
            deliver: { await results.take($0, at: $1) }
        )
        try await ServiceRunner(grace: settings.shutdown.grace, logger: logger, lifecycle: lifecycle).run([worker])
        if showsProgress { progress.finish() }
        let elapsed = began.duration(to: .now)
        try await results.finish()
        if let html {
            let page = ReportData(
                title: "antenna-worker infer-file",
                pipeline: settings.work.pipelines.joined(),
                note: "",
                images: await results.pictures(),
                imageCount: paths.count,
                statistics: worker.statistics,
                elapsed: elapsed,
                settings: settings
            )
            try Output.standard.print("Open \(ReportPage(page).write(to: html)) in a browser.")
        }
        try judge(failed: await results.failed, answered: worker.statistics.answered, of: paths.count)
    }

    private var output: FileResults.Form {
        if json { return .json }
        return html == nil ? .text(.output) : .page
    }

    /// A bar on a terminal that shows nothing else.
    private var showsProgress: Bool {
        Terminal.error.isInteractive && (html != nil || !Terminal.output.isInteractive)
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
    private func featureTable(for paths: [String], _ settings: WorkerSettings) throws -> FeatureTable? {
        guard let features else { return nil }
        let slugs = settings.work.pipelines
        let manifest = try InferenceAssembly.readManifests(in: settings.models.folder, slugs: slugs)[0]
        let featured = manifest.classifiers.filter { $0.featureCount != nil }
        guard let classifier = featured.last, let count = classifier.featureCount else {
            throw CommandFailure("Pipeline \(manifest.slug) has no features: its manifest names none.")
        }
        return try FeatureTable(path: features, columns: count, algorithm: classifier.algorithm.key, paths: paths)
    }

    /// The files; a path that is not there is one of them, and fails like an image that cannot be read.
    private func files() throws -> [String] {
        try images.flatMap { path in
            FileManager.default.fileExists(atPath: path) ? try ImageFiles.find([path]) : [path]
        }
    }

    private func judge(failed: [String], answered: Int, of total: Int) throws {
        guard answered == total else {
            throw CommandFailure("Stopped: \(total - answered) of \(total) images were not analysed.")
        }
        guard !failed.isEmpty else { return }
        let names = failed.prefix(10).joined(separator: ", ") + (failed.count > 10 ? ", …" : "")
        throw CommandFailure("\(failed.count) of \(total) images could not be analysed: \(names)")
    }
}

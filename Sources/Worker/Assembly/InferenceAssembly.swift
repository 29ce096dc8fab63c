package import Concurrency
import Foundation
package import Inference
package import Logging
package import Pipeline
package import Settings

/// Loads models onto devices.
package struct InferenceAssembly {
    /// The pipelines that are loaded, in the order of their slugs.
    package let catalogue: PipelineCatalogue
    /// One engine a device.
    package let engines: [any InferenceEngine]
    /// The devices of the engines, in their order, and why they were taken.
    package let placement: DevicePlacement

    /// Takes engines that are there already.
    package init(catalogue: PipelineCatalogue, engines: [any InferenceEngine]) {
        self.catalogue = catalogue
        self.engines = engines
        placement = DevicePlacement()
    }

    /// Reads the manifests, loads the runtimes, and loads every pipeline onto every device, each with a run to warm up.
    ///
    /// - Parameters:
    ///   - settings: Devices, threads, folder, batch sizes and memory.
    ///   - slugs: The pipelines wanted; empty for all in the folder.
    ///   - threads: Where images are resampled.
    ///   - logger: Told what was loaded, and the runtimes' own messages at debug level.
    /// - Throws: `CommandFailure` that names every mistake in every manifest and model, or what the devices lack.
    package init(settings: WorkerSettings, slugs: [String], threads: BlockingPool, logger: Logger) throws {
        catalogue = PipelineCatalogue(try Self.readManifests(in: settings.models.folder, slugs: slugs))
        let loader = EngineLoader(
            settings: settings,
            catalogue: catalogue,
            runtimes: InferenceRuntimes(environment: ProcessInfo.processInfo.environment, logger: logger),
            threads: threads,
            logger: logger
        )
        (engines, placement) = try loader.load()
    }

    /// Reads the manifests of `slugs`, or of every pipeline in the folder.
    ///
    /// - Throws: `CommandFailure` with the mistakes of all of them.
    package static func readManifests(in folder: String, slugs: [String]) throws -> [PipelineManifest] {
        let there = PipelineManifest.slugs(in: folder)
        let wanted = slugs.isEmpty ? there : slugs
        guard !wanted.isEmpty else { throw CommandFailure(noPipeline(in: folder), status: ExitStatus.configuration) }
        var manifests: [PipelineManifest] = []
        var mistakes: [String] = []
        for slug in wanted {
            guard there.contains(slug) else {
                mistakes.append(unknown(slug, in: folder, there: there))
                continue
            }
            do {
                manifests.append(try PipelineManifest(directory: "\(folder)/\(slug)"))
            } catch {
                mistakes.append("\(error)")
            }
        }
        guard mistakes.isEmpty else {
            throw CommandFailure(mistakes.joined(separator: "\n"), status: ExitStatus.configuration)
        }
        return manifests
    }

    /// The sentence for a folder without pipelines.
    static func noPipeline(in folder: String) -> String {
        FileManager.default.fileExists(atPath: folder)
            ? "There is no pipeline in \(folder): each is a folder with a \(PipelineManifest.fileName)."
            : "There is no folder \(folder); --models names the one with a folder for each pipeline."
    }

    /// The sentence for a pipeline that is not there, with those that are.
    private static func unknown(_ slug: String, in folder: String, there: [String]) -> String {
        if FileManager.default.fileExists(atPath: "\(folder)/\(slug)") {
            let file = "\(folder)/\(slug)/\(PipelineManifest.fileName)"
            return "\(file) cannot be read" + (access(file, R_OK) == 0 ? "" : ": \(String(cString: strerror(errno)))")
        }
        guard !there.isEmpty else { return "There is no pipeline \(slug). \(noPipeline(in: folder))" }
        let named = there.prefix(20).joined(separator: ", ") + (there.count > 20 ? " and more" : "")
        return "There is no pipeline \(slug) in \(folder), but \(named)"
            + "\(Spelling.suggestion(for: slug, among: there))"
    }
}

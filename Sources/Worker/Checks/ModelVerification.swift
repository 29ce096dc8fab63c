import Antenna
import Foundation
import Inference
package import Logging
package import Settings
import Telemetry

/// Tries pipelines as a worker would at its start, one at a time.
package struct ModelVerification {
    /// The pipelines to try.
    package let slugs: [String]

    private let settings: WorkerSettings
    private let runtimes: InferenceRuntimes

    /// Finds the pipelines.
    ///
    /// - Parameters:
    ///   - settings: Folder, pipelines, devices and batch sizes.
    ///   - logger: Gets the runtimes' own messages at debug level.
    /// - Throws: `CommandFailure` without any pipeline.
    package init(_ settings: WorkerSettings, logger: Logger) throws {
        let folder = settings.models.folder
        self.settings = settings
        slugs = settings.work.pipelines.isEmpty ? PipelineManifest.slugs(in: folder) : settings.work.pipelines
        guard !slugs.isEmpty else {
            throw CommandFailure(InferenceAssembly.noPipeline(in: folder))
        }
        runtimes = InferenceRuntimes(environment: ProcessInfo.processInfo.environment, logger: logger)
    }

    /// One finding for the pipeline on each device; one in all when its manifest is wrong.
    package func findings(of slug: String) -> [CheckReport.Finding] {
        let manifest: PipelineManifest
        do {
            manifest = try PipelineManifest(directory: "\(settings.models.folder)/\(slug)")
        } catch {
            return [.missing(slug, "\(error)", remedy: "docs/pipeline-manifest.md says what each key means.")]
        }
        let names = RegistrationReview.names(in: manifest.registration).map {
            CheckReport.Finding.missing(slug, $0, remedy: "A longer name ends in an error page at the registration.")
        }
        return names + settings.inference.devices.flatMap { findings(of: manifest, on: $0) }
    }

    /// One finding for each device that a choice comes to, or one for why it comes to none.
    private func findings(of manifest: PipelineManifest, on choice: DeviceChoice) -> [CheckReport.Finding] {
        do {
            return try runtimes.use([choice], precision: settings.inference.precision) { [settings] use, runtime in
                let began = ContinuousClock.now
                _ = try LoadedPipeline(
                    manifest,
                    options: SessionOptions(
                        device: use.device,
                        precision: use.precision,
                        intraOpThreads: settings.inference.threads
                    ),
                    classificationBatchSize: settings.batch.classificationSize,
                    runtime: runtime
                )
                let seconds = NumberText.duration(began.duration(to: .now) / .seconds(1))
                return .good(manifest.slug, "\(manifest.name), loaded on \(use) and run once in \(seconds)")
            }
            .results
        } catch let error as InferenceError where error.code == .deviceUnavailable {
            return [
                .missing(manifest.slug, "\(error)", remedy: "See 'antenna-worker check' for the devices there are.")
            ]
        } catch {
            return [
                .missing(
                    manifest.slug,
                    "\(error)",
                    remedy: "docs/pipeline-manifest.md says what the graphs must look like."
                )
            ]
        }
    }
}

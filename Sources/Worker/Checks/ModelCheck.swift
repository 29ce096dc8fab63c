import FoundationEssentials
import Inference
import Settings

/// Whether the pipelines in the models folder are valid, and those that are set are among them.
enum ModelCheck {
    static func section(
        models: String,
        pipelines: [String],
        wantsFeatures: Bool = false
    ) -> CheckReport.Section {
        let slugs = PipelineManifest.slugs(in: models)
        var findings = slugs.map { slug in
            let isWanted = pipelines.isEmpty || pipelines.contains(slug)
            return finding(of: slug, in: models, isWanted: isWanted, wantsFeatures: isWanted && wantsFeatures)
        }
        findings += pipelines.filter { !slugs.contains($0) }.map { slug in
            .missing(
                slug,
                "there is no \(models)/\(slug)/\(PipelineManifest.fileName)\(Spelling.suggestion(for: slug, among: slugs))",
                remedy: "Fix the slug (--pipeline), or the folder (--models)."
            )
        }
        if slugs.isEmpty {
            findings.append(
                .missing(
                    "Pipelines",
                    FileManager.default.fileExists(atPath: models)
                        ? "\(models) holds none" : "there is no folder \(models)",
                    remedy: "Set --models to the folder that holds one folder for each pipeline."
                )
            )
        }
        return CheckReport.Section(title: "Models in \(models)", findings: findings)
    }

    /// For a role without models, whether it is said whose tasks it works on.
    static func unnamed(_ settings: WorkerSettings) -> [CheckReport.Finding] {
        guard settings.slugs.isEmpty else { return [] }
        return [.missing("Pipelines", "none is named", remedy: "Name each with --pipeline.")]
    }

    private static func finding(
        of slug: String,
        in models: String,
        isWanted: Bool,
        wantsFeatures: Bool
    ) -> CheckReport.Finding {
        do throws(ManifestError) {
            let manifest = try PipelineManifest(directory: "\(models)/\(slug)")
            if let problem = manifest.modelFileProblem {
                let remedy = "Copy or export the model anew; 'antenna-worker models verify' tries whether it loads."
                return isWanted ? .missing(slug, problem, remedy: remedy) : .note(slug, problem, remedy: remedy)
            }
            if wantsFeatures, !manifest.hasFeatures {
                return .note(
                    slug,
                    "\(manifest.name): its results come without the features that are set to be sent",
                    remedy: "Export it anew with 'tools/export/export --features', or leave out --include-features."
                )
            }
            let stages =
                [manifest.detector.algorithm.name, manifest.binaryFilter?.algorithm.name].compactMap(\.self)
                + [manifest.classifiers.map(\.algorithm.name).joined(separator: ", ")].filter { !$0.isEmpty }
            return .good(slug, "\(manifest.name): \(stages.joined(separator: " → "))")
        } catch {
            let detail = "\(error)"
            return isWanted
                ? .missing(slug, detail, remedy: "Fix \(error.path), or choose other pipelines with --pipeline.")
                : .note(slug, detail, remedy: "Not among the pipelines that are set, so the worker starts without it.")
        }
    }
}

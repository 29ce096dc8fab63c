import Foundation
import Imaging
import Inference
import Worker

/// Pipelines as a table, each with a line for each of its algorithms.
struct ModelTable: CustomStringConvertible {
    private let table: TextTable

    /// Looks at the files' sizes as well; a file that has gone meanwhile has none.
    init(_ manifests: [PipelineManifest]) {
        table = TextTable(
            header: ["pipeline", "role", "input", "classes", "features", "file", "name"],
            rows: manifests.flatMap(Self.rows)
        )
    }

    var description: String { "\(table)" }

    private static func rows(_ manifest: PipelineManifest) -> [[String]] {
        let rule = manifest.detector.input
        var rows = [
            ["version \(manifest.version)", "", "", "", "", manifest.name],
            row("detector", "\(rule.shorterSide)–\(rule.longerSideMaximum)", nil, nil, manifest.detector.algorithm),
        ]
        let named =
            [manifest.binaryFilter].compactMap(\.self).map { ("filter", $0) }
            + manifest.classifiers.map { ("classifier", $0) }
        for (role, classifier) in named {
            let size = classifier.input.size
            rows.append(
                row(
                    role,
                    "\(size.height)×\(size.width)",
                    classifier.labels.count,
                    classifier.featureCount,
                    classifier.algorithm
                )
            )
        }
        return rows.enumerated().map { [$0.offset == 0 ? manifest.slug : ""] + $0.element }
    }

    private static func row(
        _ role: String,
        _ input: String,
        _ classes: Int?,
        _ features: Int?,
        _ algorithm: PipelineManifest.Algorithm
    ) -> [String] {
        let size = try? FileManager.default.attributesOfItem(atPath: algorithm.file)[.size] as? Int
        let version = algorithm.versionName.map { " (\($0))" } ?? ""
        return [
            role, input, classes.map(String.init) ?? "–", features.map(String.init) ?? "–",
            size.map { "\(NumberText.fixed(Double($0) / 1e6, digits: 1)) MB" } ?? "–", algorithm.name + version,
        ]
    }
}

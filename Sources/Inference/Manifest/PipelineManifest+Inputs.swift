import Imaging
import JSON

extension LocalizationRule {
    init?(_ tree: JSONValue, path: String, notes: ManifestReader.Notes) {
        guard var reader = ManifestReader(tree, path: path, notes: notes) else { return nil }
        let shorterSide = reader.integer("shorter_side", in: 16...16_384, required: true)
        let longerSide = reader.integer("longer_side_max", in: 16...16_384, required: true)
        let antialias = reader.bool("antialias") ?? false
        reader.checkInterpolation()
        let normalization = Normalization(&reader)
        let padMultiple = reader.integer("pad_multiple", in: 1...1024) ?? 1
        reader.finish()
        guard let shorterSide, let longerSide, let normalization else { return nil }
        if shorterSide > longerSide {
            notes.add("\(path).shorter_side \(shorterSide) is greater than longer_side_max \(longerSide)")
        }
        self.init(
            shorterSide: shorterSide,
            longerSideMaximum: longerSide,
            antialias: antialias,
            normalization: normalization,
            padMultiple: padMultiple
        )
    }
}

extension PipelineManifest.CropRule {
    init?(_ tree: JSONValue, path: String, notes: ManifestReader.Notes) {
        guard var reader = ManifestReader(tree, path: path, notes: notes) else { return nil }
        let size = reader.integers("size", count: 2, in: 1...4096)
        let antialias = reader.bool("antialias") ?? true
        reader.checkInterpolation()
        let normalization = Normalization(&reader)
        reader.finish()
        guard let size, let normalization else { return nil }
        self.init(
            size: PixelSize(height: size[0], width: size[1]),
            antialias: antialias,
            normalization: normalization
        )
    }
}

extension Normalization {
    fileprivate init?(_ reader: inout ManifestReader) {
        // Left out means plain 0…1; written wrongly must not.
        let wanted = (mean: reader.has("mean"), std: reader.has("std"))
        let mean = reader.numbers("mean", count: 3, in: -10...10)
        let std = reader.numbers("std", count: 3, in: 1e-6...10)
        guard wanted.mean == (mean != nil), wanted.std == (std != nil) else { return nil }
        self.init(
            mean: SIMD3(mean.map { $0.map { Float($0) } } ?? [0, 0, 0]),
            standardDeviation: SIMD3(std.map { $0.map { Float($0) } } ?? [1, 1, 1])
        )
    }
}

extension ManifestReader {
    // One way of resampling exists; the key is there so that a file can say it and a wrong belief is noticed.
    fileprivate mutating func checkInterpolation() {
        guard let name = string("interpolation"), name != "bilinear" else { return }
        note("interpolation", "is \"\(name)\"; only \"bilinear\" is there")
    }
}

/// Reads a category map: inline as `labels`, or from `labels_file` (a JSON list, or text with a label a line).
enum LabelList {
    /// More than there are species of insects to be told apart.
    private static let maximumCount = 100_000

    static func read(_ reader: inout ManifestReader, directory: String) -> [String]? {
        guard reader.has("labels") || reader.has("labels_file") else {
            reader.note("labels", "is missing; give labels or labels_file")
            return nil
        }
        if reader.has("labels"), reader.has("labels_file") {
            reader.note("labels", "and labels_file are both there; give one")
        }
        let inline = reader.strings("labels")
        let file = reader.string("labels_file").flatMap { reader.path($0, of: "labels_file", in: directory) }
            .flatMap { contents(of: $0, &reader) }
        guard let labels = inline ?? file else { return nil }
        check(labels, reader)
        return labels
    }

    private static func contents(of path: String, _ reader: inout ManifestReader) -> [String]? {
        guard let data = PlainFile.contents(path) else {
            reader.note("labels_file", "names \(path), which cannot be read")
            return nil
        }
        guard path.hasSuffix(".json") else {
            // By characters: "\r\n" is one of them.
            var lines = String(decoding: data, as: UTF8.self)
                .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            if lines.last?.isEmpty == true { lines.removeLast() }
            return lines.map { String($0) }
        }
        guard let items = try? JSONValue(parsing: data).elements else {
            reader.note("labels_file", "names \(path), which is no JSON list")
            return nil
        }
        let labels = items.compactMap(\.string)
        guard labels.count == items.count else {
            reader.note("labels_file", "names \(path), which holds something else than strings")
            return nil
        }
        return labels
    }

    private static func check(_ labels: [String], _ reader: borrowing ManifestReader) {
        if labels.isEmpty { reader.note("labels", "is empty") }
        if labels.count > maximumCount {
            reader.note("labels", "has \(labels.count) labels, more than \(maximumCount)")
        }
        var seen: Set<String> = []
        for label in labels where !seen.insert(label).inserted {
            reader.note("labels", "has \"\(label)\" twice")
        }
        if labels.contains(where: \.isEmpty) { reader.note("labels", "has an empty label") }
    }
}

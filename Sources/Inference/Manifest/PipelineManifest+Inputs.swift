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

import FoundationEssentials

extension PipelineManifest {
    /// The model files and their sizes in bytes; a file that two pipelines share has the same name in both.
    ///
    /// A file that has gone counts nothing.
    package var modelFiles: [String: Int] {
        let algorithms =
            [detector.algorithm, binaryFilter?.algorithm].compactMap(\.self) + classifiers.map(\.algorithm)
        return algorithms.reduce(into: [:]) { files, algorithm in
            let attributes = try? FileManager.default.attributesOfItem(atPath: algorithm.file)
            files[canonicalPath(algorithm.file)] = attributes?[.size] as? Int ?? 0
        }
    }

    /// A model file that cannot be a model, by its size and first bytes alone, with what it is; nil when none is seen.
    package var modelFileProblem: String? {
        for (path, size) in modelFiles.sorted(by: { $0.key < $1.key }) {
            if size == 0 { return "\(path) is empty" }
            guard let start = RegularFile.start(path, count: Self.pointer.count) else {
                return "\(path) cannot be read"
            }
            if start == Self.pointer { return "\(path) is a pointer of Git LFS in the place of the model" }
        }
        return nil
    }

    /// How the text begins that Git leaves where it has not fetched a large file.
    private static let pointer = Array("version https://git-lfs".utf8)
}

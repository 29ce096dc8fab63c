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

    /// A model file that cannot be a model, with what it is; nil when none is seen.
    package var modelFileProblem: String? {
        modelFiles.keys.sorted().lazy.compactMap { path in
            RegularFile.start(path, count: 1) == nil ? "\(path) cannot be read" : ModelFile.problem(of: path)
        }.first
    }
}

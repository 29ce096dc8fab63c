import FoundationEssentials

extension PipelineManifest {
    /// The model files and their sizes in bytes; a file that two pipelines share has the same name in both.
    ///
    /// A file that has gone counts nothing.
    package var modelFiles: [String: Int] {
        let algorithms = [detector.algorithm, binaryFilter?.algorithm, classifier?.algorithm].compactMap { $0 }
        return algorithms.reduce(into: [:]) { files, algorithm in
            let attributes = try? FileManager.default.attributesOfItem(atPath: algorithm.file)
            files[canonicalPath(algorithm.file)] = attributes?[.size] as? Int ?? 0
        }
    }
}

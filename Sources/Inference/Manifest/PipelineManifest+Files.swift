import FoundationEssentials

extension PipelineManifest {
    /// The model files and their sizes in bytes; a file that two pipelines share has the same name in both.
    ///
    /// A file that has gone counts nothing.
    ///
    /// - Parameter use: Where the models run, and how they compute there.
    /// - Returns: Sizes by paths.
    package func modelFiles(
        on use: DeviceUse = DeviceUse(device: .cpu, precision: .full)
    ) -> [String: Int] {
        graphs(on: use).reduce(into: [:]) { files, graph in
            let attributes = try? FileManager.default.attributesOfItem(atPath: graph.path)
            files[canonicalPath(graph.path)] = attributes?[.size] as? Int ?? 0
        }
    }

    /// A model file that cannot be a model, with what it is; nil when none is seen.
    package var modelFileProblem: String? {
        modelFiles().keys.sorted().lazy.compactMap { path in
            RegularFile.start(path, count: 1) == nil ? "\(path) cannot be read" : ModelFile.problem(of: path)
        }.first
    }

    /// What a device loads: the detector's graph, the filter's, and those of the classifiers.
    func graphs(on use: DeviceUse) -> [ModelGraph] {
        let named = [binaryFilter?.algorithm].compactMap(\.self) + classifiers.map(\.algorithm)
        let precisions = [use.precision.ofDetector] + named.map { _ in use.precision.ofClassifiers }
        return zip([detector.algorithm] + named, precisions).map { algorithm, precision in
            ModelGraph(of: algorithm.file, device: use.device, precision: precision)
        }
    }
}

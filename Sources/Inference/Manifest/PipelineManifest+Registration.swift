import JSON

extension PipelineManifest {
    /// What Antenna is told of this pipeline: one entry of `pipelines` in `POST projects/{pk}/pipelines/`.
    package var registration: PipelineRegistration {
        let detector = AlgorithmRegistration(detector.algorithm, taskType: "localization", categories: nil)
        let classifiers = ([binaryFilter].compactMap(\.self) + classifiers).map { classifier in
            AlgorithmRegistration(
                classifier.algorithm,
                taskType: "classification",
                categories: CategoryMapRegistration(labels: classifier.labels, taxonRank: classifier.taxonRank)
            )
        }
        let stages = StageRegistration.stages(of: self)
        return PipelineRegistration(
            name: name,
            slug: slug,
            version: version,
            description: description,
            algorithms: [detector] + classifiers,
            stages: stages,
            defaultConfiguration: JSONObject(
                stages.flatMap(\.keys).compactMap { key in key.defaultValue(in: self).map { (key.rawValue, $0) } }
            )
        )
    }
}

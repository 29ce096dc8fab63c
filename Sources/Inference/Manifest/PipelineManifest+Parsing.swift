import FoundationEssentials
import JSON

extension PipelineManifest {
    /// Reads and checks a pipeline's folder.
    ///
    /// Every mistake is named at once. What needs the models themselves (their inputs, outputs and number of labels) is
    /// checked by `LoadedPipeline`.
    package init(directory: String) throws(ManifestError) {
        let path = "\(directory)/\(PipelineManifest.fileName)"
        guard let bytes = RegularFile.contents(path) else {
            throw ManifestError(path: path, mistakes: ["the file cannot be read"])
        }
        try self.init(json: bytes, directory: directory)
    }

    /// More than any pipeline has labels.
    private static let mostValues = 500_000

    /// Checks a manifest's bytes; `directory` is where its files are.
    package init(json: [UInt8], directory: String) throws(ManifestError) {
        let path = "\(directory)/\(PipelineManifest.fileName)"
        let tree: JSONValue
        do {
            tree = try JSONValue(parsing: json, mostValues: PipelineManifest.mostValues)
        } catch {
            throw ManifestError(path: path, mistakes: ["line \(error.line): not JSON, \(error.message)"])
        }
        let notes = ManifestReader.Notes()
        guard let manifest = PipelineManifest(tree, directory: directory, notes: notes), notes.mistakes.isEmpty else {
            throw ManifestError(path: path, mistakes: notes.mistakes)
        }
        self = manifest
    }

    /// The slugs of all pipelines in a folder of pipelines, sorted; empty when there is no such folder.
    package static func slugs(in directory: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { FileManager.default.fileExists(atPath: "\(directory)/\($0)/\(fileName)") }.sorted()
    }

    private init?(_ tree: JSONValue, directory: String, notes: ManifestReader.Notes) {
        guard var reader = ManifestReader(tree, path: "", notes: notes) else { return nil }
        let slug = reader.string("slug", required: true)
        if let slug { PipelineManifest.checkSlug(slug, directory: directory, notes: notes) }
        let name = reader.string("name", required: true)
        let description = reader.string("description")
        let version = reader.integer("version", in: 1...Int(Int32.max)) ?? 1
        let detector = reader.take("detector", required: true).flatMap {
            Detector($0, directory: directory, notes: notes)
        }
        let filter = reader.take("binary_filter", required: false).flatMap {
            Classifier($0, path: "binary_filter", directory: directory, notes: notes)
        }
        let classifiers = PipelineManifest.classifiers(&reader, directory: directory)
        reader.finish()
        guard let slug, let name, let detector else { return nil }
        self.init(
            slug: slug,
            name: name,
            description: description,
            version: version,
            directory: directory,
            detector: detector,
            binaryFilter: filter,
            classifiers: classifiers
        )
    }

    /// More than anybody asks about the same insects.
    private static let mostClassifiers = 8

    /// Reads the one `classifier`, or the list of `classifiers`.
    private static func classifiers(_ reader: inout ManifestReader, directory: String) -> [Classifier] {
        let notes = reader.notes
        let one = reader.take("classifier", required: false)
        guard let several = reader.take("classifiers", required: false) else {
            let classifier = one.flatMap { Classifier($0, path: "classifier", directory: directory, notes: notes) }
            return [classifier].compactMap(\.self)
        }
        if one != nil { reader.note("classifiers", "and classifier are both there; the one belongs into the list") }
        guard let elements = several.elements, (1...mostClassifiers).contains(elements.count) else {
            notes.add("line \(several.line): classifiers is no list of 1 to \(mostClassifiers) classifiers")
            return []
        }
        return elements.enumerated().compactMap { index, element in
            Classifier(element, path: "classifiers[\(index)]", directory: directory, notes: notes)
        }
    }

    private static func checkSlug(_ slug: String, directory: String, notes: ManifestReader.Notes) {
        if slug.contains(where: { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-")) }) {
            notes.add("slug \"\(slug)\" may have only letters, digits, _ and -")
        }
        let folder = directory.split(separator: "/").last.map(String.init)
        if let folder, folder != slug, folder != "." {
            notes.add("slug is \"\(slug)\", but the folder is \"\(folder)\"")
        }
    }
}

extension PipelineManifest.Detector {
    fileprivate init?(_ tree: JSONValue, directory: String, notes: ManifestReader.Notes) {
        guard var reader = ManifestReader(tree, path: "detector", notes: notes) else { return nil }
        let algorithm = PipelineManifest.Algorithm(&reader, directory: directory)
        let input = reader.take("input", required: true).flatMap {
            LocalizationRule($0, path: "detector.input", notes: notes)
        }
        let threshold = reader.number("score_threshold", in: 0...1, required: true)
        let maximum = reader.integer("max_detections", in: 1...100_000) ?? 500
        reader.finish()
        guard let algorithm, let input, let threshold else { return nil }
        self.init(
            algorithm: algorithm,
            input: input,
            scoreThreshold: Float(threshold),
            maximumDetections: maximum
        )
    }
}

extension PipelineManifest.Classifier {
    /// More than the layers before the last of known networks have; those of a batch's insects are all in memory at once.
    private static let mostFeatures = 8_192

    fileprivate init?(_ tree: JSONValue, path: String, directory: String, notes: ManifestReader.Notes) {
        guard var reader = ManifestReader(tree, path: path, notes: notes) else { return nil }
        let algorithm = PipelineManifest.Algorithm(&reader, directory: directory)
        let input = reader.take("input", required: true).flatMap {
            PipelineManifest.CropRule($0, path: "\(path).input", notes: notes)
        }
        let labels = LabelList.read(&reader, directory: directory)
        let taxonRank = reader.string("taxon_rank")
        let isFilter = path == "binary_filter"
        let featureCount = isFilter ? nil : reader.integer("features", in: 1...Self.mostFeatures)
        let passing = isFilter ? reader.strings("pass_labels", required: true) : []
        reader.finish()
        if let passing, let labels, isFilter {
            if passing.isEmpty { notes.add("\(path).pass_labels is empty: nothing would ever be sent on") }
            let known = Set(labels)
            for label in passing where !known.contains(label) {
                notes.add("\(path).pass_labels has \"\(label)\", which is none of its labels")
            }
        }
        guard let algorithm, let input, let labels, let passing else { return nil }
        let wanted = Set(passing)
        self.init(
            algorithm: algorithm,
            input: input,
            labels: labels,
            taxonRank: taxonRank,
            passingLabels: Set(labels.indices.filter { wanted.contains(labels[$0]) }),
            featureCount: featureCount
        )
    }
}

extension PipelineManifest.Algorithm {
    fileprivate init?(_ reader: inout ManifestReader, directory: String) {
        let name = reader.string("name", required: true)
        let key = reader.string("key") ?? name.map { PipelineManifest.key(for: $0) }
        let version = reader.integer("version", in: 1...Int(Int32.max)) ?? 1
        let versionName = reader.string("version_name")
        let description = reader.string("description")
        let uri = reader.string("uri")
        let file = reader.string("file", required: true).flatMap { reader.path($0, of: "file", in: directory) }
        if let key { reader.notes.declare(key: key, of: reader.name("key")) }
        if let file, !RegularFile.exists(file) {
            reader.note("file", "names \(file), which is not there")
        }
        guard let name, let key, let file else { return nil }
        self.init(
            name: name,
            key: key,
            version: version,
            versionName: versionName,
            description: description,
            uri: uri,
            file: file
        )
    }
}

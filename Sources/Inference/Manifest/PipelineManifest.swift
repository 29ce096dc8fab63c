package import Imaging

/// A pipeline as its folder describes it: `pipeline.json`, checked, with the paths of its models.
///
/// The file's format is in docs/pipeline-manifest.md.
package struct PipelineManifest: Sendable, Hashable {
    /// Antenna's name of the pipeline, and the folder's.
    package let slug: String
    /// The name for people.
    package let name: String
    /// What the pipeline does, for people.
    package let description: String?
    /// A number told to Antenna, which keeps the first one for each name.
    package let version: Int
    /// The folder all paths are in.
    package let directory: String
    /// Finds the insects.
    package let detector: Detector
    /// Sends on only those that are of interest.
    package let binaryFilter: Classifier?
    /// Name them, each with a word of its own.
    package let classifiers: [Classifier]

    /// Makes a manifest of parts that are known to be right, for pipelines that have no folder.
    package init(
        slug: String,
        name: String,
        description: String? = nil,
        version: Int = 1,
        directory: String,
        detector: Detector,
        binaryFilter: Classifier? = nil,
        classifiers: [Classifier] = []
    ) {
        self.slug = slug
        self.name = name
        self.description = description
        self.version = version
        self.directory = directory
        self.detector = detector
        self.binaryFilter = binaryFilter
        self.classifiers = classifiers
    }

    /// Whether results can have features.
    package var hasFeatures: Bool { classifiers.contains { $0.featureCount != nil } }

    /// The manifest's file.
    package var path: String { "\(directory)/\(PipelineManifest.fileName)" }

    /// The file name of every manifest.
    package static let fileName = "pipeline.json"

    /// What every algorithm says of itself.
    package struct Algorithm: Sendable, Hashable {
        /// The name for people.
        package let name: String
        /// Antenna's name, by default the name's slug.
        package let key: String
        /// A number told to Antenna, which keeps the first one for each name.
        package let version: Int
        /// The version's name, such as `2024-04`.
        package let versionName: String?
        /// What the algorithm does, for people.
        package let description: String?
        /// Where its weights come from.
        package let uri: String?
        /// The path of its ONNX file.
        package let file: String

        /// Makes a description.
        package init(
            name: String,
            key: String,
            version: Int,
            versionName: String? = nil,
            description: String? = nil,
            uri: String? = nil,
            file: String
        ) {
            self.name = name
            self.key = key
            self.version = version
            self.versionName = versionName
            self.description = description
            self.uri = uri
            self.file = file
        }
    }

    /// The detector's part.
    package struct Detector: Sendable, Hashable {
        /// Name, key and file.
        package let algorithm: Algorithm
        /// How an image becomes the model's input.
        package let input: LocalizationRule
        /// Only boxes with a greater score count; 0 to 1.
        package let scoreThreshold: Float
        /// At most so many boxes an image, the best ones.
        package let maximumDetections: Int

        /// Makes a description.
        package init(
            algorithm: Algorithm,
            input: LocalizationRule,
            scoreThreshold: Float,
            maximumDetections: Int
        ) {
            self.algorithm = algorithm
            self.input = input
            self.scoreThreshold = scoreThreshold
            self.maximumDetections = maximumDetections
        }
    }

    /// A classifier's part.
    package struct Classifier: Sendable, Hashable {
        /// Name, key and file.
        package let algorithm: Algorithm
        /// How a crop becomes the model's input.
        package let input: CropRule
        /// What the model's outputs mean, in their order.
        package let labels: [String]
        /// The rank of the labels, such as `SPECIES`.
        package let taxonRank: String?
        /// For a filter: the indices of the labels that are sent on.
        package let passingLabels: Set<Int>
        /// How many numbers the graph's output `features` has for a crop; nil where it has no such output.
        package let featureCount: Int?

        /// Makes a description.
        package init(
            algorithm: Algorithm,
            input: CropRule,
            labels: [String],
            taxonRank: String? = nil,
            passingLabels: Set<Int> = [],
            featureCount: Int? = nil
        ) {
            self.algorithm = algorithm
            self.input = input
            self.labels = labels
            self.taxonRank = taxonRank
            self.passingLabels = passingLabels
            self.featureCount = featureCount
        }
    }

    /// How a crop becomes a classifier's input.
    package struct CropRule: Sendable, Hashable {
        /// Rows and columns of the input.
        package let size: PixelSize
        /// Whether shrinking averages over all pixels.
        package let antialias: Bool
        /// How values become floats.
        package let normalization: Normalization

        /// Makes a rule.
        package init(size: PixelSize, antialias: Bool, normalization: Normalization) {
            self.size = size
            self.antialias = antialias
            self.normalization = normalization
        }
    }

    /// The slug of a name, by the original's rule.
    ///
    /// Lower case, spaces as underscores, and of the rest only ASCII letters, digits and underscores; underscores at the ends
    /// go, and each pair in the middle becomes one.
    package static func key(for name: String) -> String {
        let kept = name.lowercased().map { $0 == " " ? "_" : $0 }
            .filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        let withoutStart = kept.drop { $0 == "_" }
        let trimmed = withoutStart.reversed().drop { $0 == "_" }.reversed()
        return String(trimmed).replacing("__", with: "_")
    }
}

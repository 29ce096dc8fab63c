import FoundationEssentials
import Inference

/// A correct manifest in a folder of its own, to be spoiled by a test.
final class ManifestFixtureFolder {
    let directory: String

    init() throws {
        let root = FileManager.default.temporaryDirectory.path
        directory = "\(root)/manifest-\(UUID().uuidString)/moths"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for name in ["detector.onnx", "filter.onnx", "classifier.onnx"] {
            try Data().write(to: URL(filePath: "\(directory)/\(name)"))
        }
        try Data("x y\r\nz\n".utf8).write(to: URL(filePath: "\(directory)/labels.txt"))
        try Data(#"["x\u0020y", "z"]"#.utf8).write(to: URL(filePath: "\(directory)/labels.json"))
    }

    deinit {
        let parent = directory.dropLast("/moths".count)
        do {
            try FileManager.default.removeItem(atPath: String(parent))
        } catch {
            print("the fixture \(parent) stays behind: \(error)")
        }
    }
}

struct ManifestFixture {
    var text = """
        {"slug":"moths","name":"Moths","version":3,
        "detector":{"name":"Blob Detector 2","file":"detector.onnx","score_threshold":0.5,
         "input":{"shorter_side":540,"longer_side_max":1024,"interpolation":"bilinear","antialias":false,
          "mean":[0.5,0.5,0.5],"std":[0.2,0.2,0.2],"pad_multiple":16}}
        ,"binary_filter":{"name":"Moth / Non-Moth Classifier","file":"filter.onnx","labels":["moth","nonmoth"],
         "pass_labels":["moth"],"input":{"size":[32,32]}},
        "classifier":{"name":"Colours","file":"classifier.onnx","labels":["a","b","c"],"taxon_rank":"ORDER",
         "input":{"size":[64,64],"antialias":true}}}
        """
    private let folder: ManifestFixtureFolder

    init() throws {
        folder = try ManifestFixtureFolder()
    }

    var directory: String { folder.directory }

    mutating func replace(_ original: String, with replacement: String) {
        precondition(text.contains(original), "the fixture lacks \(original)")
        text = text.replacing(original, with: replacement)
    }

    func manifest() throws(ManifestError) -> PipelineManifest {
        try PipelineManifest(json: Array(text.utf8), directory: directory)
    }
}

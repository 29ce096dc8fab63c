/// A model as a device loads it.
struct ModelGraph: Hashable {
    /// The file to load.
    let path: String
    /// How it is computed: ``Precision/full`` or ``Precision/half``.
    let precision: Precision
    /// The model's own file, where another one is loaded in its place.
    private let original: String?

    /// Chooses the file.
    ///
    /// - Parameters:
    ///   - file: The model's own.
    ///   - device: Where it runs.
    ///   - precision: How it is computed.
    init(of file: String, device: Device, precision: Precision) {
        self.precision = precision
        switch (device, precision) {
        case (.cuda, .half):
            path = HalfGraph.path(beside: file)
            original = file
        default:
            path = file
            original = nil
        }
    }

    /// Why the file can be no model, in a sentence; nil when nothing is seen.
    var problem: String? {
        guard let original else { return ModelFile.problem(of: path) }
        guard RegularFile.exists(path) else {
            return "\(path) is not there, by which CUDA computes with half precision: "
                + "tools/export/half \(original) writes it"
        }
        return ModelFile.problem(of: path) ?? HalfGraph.mismatch(of: path, with: original)
    }
}

/// A model's input or output as the model declares it.
package struct TensorDescription: Sendable, Hashable, CustomStringConvertible {
    /// The name in the graph.
    package let name: String
    /// The kind of its elements.
    package let element: TensorElement
    /// The size along each axis; nil where the model leaves it free.
    package let dimensions: [Int?]

    /// The declaration as in `images float32 [?,3,?,?]`.
    package var description: String {
        "\(name) \(element) [\(dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: ","))]"
    }
}

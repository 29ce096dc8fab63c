/// An output that a runtime lends, before its element type and its shape have been looked at.
struct OutputTensor {
    /// The kind of its elements.
    let element: TensorElement
    /// Its shape.
    let shape: TensorShape
    /// Its first element; nil when it has none.
    let base: UnsafeMutableRawPointer?
}

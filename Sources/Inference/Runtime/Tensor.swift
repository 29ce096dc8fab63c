/// The kind of a tensor's elements, as far as models here use them.
package enum TensorElement: Sendable, Hashable, CustomStringConvertible {
    /// 32-bit floating point.
    case float32
    /// 64-bit signed whole numbers.
    case int64
    /// Anything else, by ONNX Runtime's number for it.
    case other(Int32)

    // Numbers of `ONNXTensorElementDataType`.
    init(native: Int32) {
        switch native {
        case 1: self = .float32
        case 7: self = .int64
        default: self = .other(native)
        }
    }

    var native: Int32 {
        switch self {
        case .float32: 1
        case .int64: 7
        case .other(let native): native
        }
    }

    /// The element's name in ONNX.
    package var description: String {
        switch self {
        case .float32: "float32"
        case .int64: "int64"
        case .other(let native): "element type \(native)"
        }
    }
}

/// The dimensions of a tensor in memory, outermost first.
package struct TensorShape: Sendable, Hashable, CustomStringConvertible, ExpressibleByArrayLiteral {
    /// The size along each axis.
    package let dimensions: [Int]

    /// Makes a shape.
    package init(_ dimensions: [Int]) {
        self.dimensions = dimensions
    }

    /// Makes a shape.
    package init(arrayLiteral elements: Int...) {
        self.init(elements)
    }

    /// How many elements such a tensor has; nil when the number overflows or a size is negative.
    package var elementCount: Int? {
        var count = 1
        for dimension in dimensions {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow else { return nil }
            count = product
        }
        return count
    }

    /// The sizes as in `2×3×540×1024`; `scalar` for none.
    package var description: String {
        dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "×")
    }
}

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

/// Memory lent to a run as an input: nothing is copied, so it must stay until the run is over.
package struct TensorInput {
    /// The input's name in the graph.
    package let name: String
    /// The kind of its elements.
    package let element: TensorElement
    /// Its shape; the memory holds exactly that many elements.
    package let shape: TensorShape
    let memory: UnsafeMutableRawBufferPointer

    /// Lends floats, which are only read.
    package init(name: String, shape: TensorShape, floats: UnsafeMutableBufferPointer<Float>) {
        self.name = name
        self.shape = shape
        element = .float32
        memory = UnsafeMutableRawBufferPointer(floats)
    }

    /// Lends 64-bit whole numbers, which are only read.
    package init(name: String, shape: TensorShape, integers: UnsafeMutableBufferPointer<Int64>) {
        self.name = name
        self.shape = shape
        element = .int64
        memory = UnsafeMutableRawBufferPointer(integers)
    }

    var expectedByteCount: Int? {
        let size = element == .int64 ? MemoryLayout<Int64>.size : MemoryLayout<Float>.size
        return shape.elementCount.map { $0 * size }
    }
}

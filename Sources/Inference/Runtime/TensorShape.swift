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

    /// How many bytes such a tensor of floats or 64-bit whole numbers takes; nil when the number overflows.
    func byteCount(of element: TensorElement) -> Int? {
        let size = element == .int64 ? MemoryLayout<Int64>.size : MemoryLayout<Float>.size
        guard let (bytes, overflow) = elementCount?.multipliedReportingOverflow(by: size), !overflow else { return nil }
        return bytes
    }

    /// The sizes as in `2×3×540×1024`; `scalar` for none.
    package var description: String {
        dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "×")
    }
}

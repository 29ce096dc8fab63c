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

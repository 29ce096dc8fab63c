/// The kind of a tensor's elements, as far as models here use them.
package enum TensorElement: Sendable, Hashable, CustomStringConvertible {
    /// 32-bit floating point.
    case float32
    /// 64-bit signed whole numbers.
    case int64
    /// Anything else, by the runtime's number for it.
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

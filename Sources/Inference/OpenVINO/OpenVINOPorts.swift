import COpenVINO
import Telemetry

/// Reads what a compiled model declares.
struct OpenVINOPorts {
    let table: OpenVINOTable
    let compiled: OpaquePointer
    let operation: OperationName

    func inputs() throws(InferenceError) -> [TensorDescription] {
        var total = 0
        try table.check(table.compiled_model_inputs_size(compiled, &total), operation)
        var found: [TensorDescription] = []
        for index in 0..<total {
            let port = try table.make(operation, release: table.output_const_port_free) {
                table.compiled_model_input_by_index(compiled, index, $0)
            }
            let name = try table.text(operation) { table.port_get_any_name(port.pointer, $0) }
            found.append(try description(of: port.pointer, name: name))
        }
        return found
    }

    func output(named name: String) throws(InferenceError) -> TensorDescription {
        let port = try table.make(operation, release: table.output_const_port_free) {
            table.compiled_model_output_by_name(compiled, name, $0)
        }
        return try description(of: port.pointer, name: name)
    }

    private func description(of port: OpaquePointer, name: String) throws(InferenceError) -> TensorDescription {
        var element: UInt32 = 0
        try table.check(table.port_get_element_type(port, &element), operation)
        var shape = ov_partial_shape_t(rank: ov_dimension_t(min: 0, max: 0), dims: nil)
        try table.check(table.port_get_partial_shape(port, &shape), operation)
        defer { table.partial_shape_free(&shape) }
        let dimensions = UnsafeBufferPointer(
            start: shape.dims,
            count: shape.dims == nil ? 0 : Int(clamping: max(0, shape.rank.max))
        )
        return TensorDescription(
            name: name,
            element: TensorElement(openVINO: element),
            dimensions: dimensions.map { $0.min == $0.max ? Int($0.min) : nil }
        )
    }
}

extension TensorElement {
    // Numbers of `ov_element_type_e`, as they are since release 2025.0.
    init(openVINO number: UInt32) {
        switch number {
        case 4: self = .float32
        case 10: self = .int64
        default: self = .other(Int32(clamping: number))
        }
    }

    var openVINO: UInt32 {
        switch self {
        case .float32: 4
        case .int64: 10
        case .other(let number): UInt32(clamping: number)
        }
    }
}

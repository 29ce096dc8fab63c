import COpenVINO
import Telemetry

/// The outputs of a run that OpenVINO keeps until the request's next run.
struct OpenVINOOutputs: OutputReading {
    let table: OpenVINOTable
    let request: OpenVINOSession.Request
    let names: [String]
    let operation: OperationName

    func withOutput<Result>(
        _ name: String,
        _ body: (OutputTensor) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result? {
        guard names.contains(name) else { return nil }
        let tensor = try table.make(operation, failure: .contractViolated, release: table.tensor_free) { made in
            table.infer_request_get_tensor(request.pointer, name, made)
        }
        var element: UInt32 = 0
        try table.check(table.tensor_get_element_type(tensor.pointer, &element), operation)
        var shape = ov_shape_t(rank: 0, dims: nil)
        try table.check(table.tensor_get_shape(tensor.pointer, &shape), operation)
        let dimensions = UnsafeBufferPointer(
            start: shape.dims,
            count: shape.dims == nil ? 0 : Int(clamping: max(0, shape.rank))
        )
        .map { Int($0) }
        try table.check(table.shape_free(&shape), operation)
        var data: UnsafeMutableRawPointer?
        // A tensor without elements may have no memory; that is no failure.
        let count = TensorShape(dimensions).elementCount ?? 0
        if count > 0 { try table.check(table.tensor_data(tensor.pointer, &data), operation) }
        return try body(
            OutputTensor(element: TensorElement(openVINO: element), shape: TensorShape(dimensions), base: data)
        )
    }
}

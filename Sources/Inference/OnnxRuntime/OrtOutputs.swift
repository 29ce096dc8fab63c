import COnnxRuntime
import Telemetry

/// The outputs of a run of ONNX Runtime, which are freed with the list of its values.
struct OrtOutputs: OutputReading {
    let names: [String]
    let values: ValueList
    let table: OrtTable
    let operation: OperationName

    func withOutput<Result>(
        _ name: String,
        _ body: (OutputTensor) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result? {
        guard let index = names.firstIndex(of: name), let value = values[index] else { return nil }
        let api = table.api
        var isTensor: Int32 = 0
        try table.check(api.IsTensor(value, &isTensor), operation)
        guard isTensor != 0 else {
            throw InferenceError(.contractViolated, operation: operation, message: "output \(name) is no tensor")
        }
        let info = try table.make(operation, release: api.ReleaseTensorTypeAndShapeInfo) {
            api.GetTensorTypeAndShape(value, $0)
        }
        let (element, dimensions) = try table.elementAndDimensions(info.pointer, operation)
        var data: UnsafeMutableRawPointer?
        try table.check(api.GetTensorMutableData(value, &data), operation)
        return try body(OutputTensor(element: element, shape: TensorShape(dimensions), base: data))
    }
}

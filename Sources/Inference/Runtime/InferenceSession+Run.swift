import COnnxRuntime
import Telemetry

extension InferenceSession {
    /// Runs the model on the calling thread and lends its outputs to `body`.
    ///
    /// Input memory is lent to ONNX Runtime, not copied, and must stay unchanged until `body` returns. Output memory belongs
    /// to ONNX Runtime and is freed when `body` returns.
    /// - Parameters:
    ///   - lent: one for each input of the model.
    ///   - wanted: the names of the outputs that `body` reads.
    ///   - body: reads the outputs.
    /// - Returns: what `body` returns.
    /// - Throws: `invalidInput` when an input does not fit, `runFailed` or `outOfMemory` when the run fails, and what
    ///   `body` throws.
    package func run<Result>(
        inputs lent: [TensorInput],
        outputs wanted: [String],
        _ body: (borrowing RunOutputs) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        let operation = OperationName("model.run", path)
        let values = ValueList(table: runtime.table, capacity: lent.count)
        for input in lent {
            values.append(try makeValue(for: input, operation))
        }
        let names = lent.map(\.name)
        let results =
            if let bound {
                try run(values, named: names, outputs: wanted, boundTo: bound, operation)
            } else {
                try run(values, named: names, outputs: wanted, operation)
            }
        noteRun()
        return try body(RunOutputs(names: wanted, values: results, table: runtime.table, operation: operation))
    }

    private func run(
        _ values: ValueList,
        named names: [String],
        outputs wanted: [String],
        _ operation: OperationName
    ) throws(InferenceError) -> ValueList {
        let results = ValueList(table: runtime.table, capacity: wanted.count)
        let inputNames = CStringTable(names)
        let outputNames = CStringTable(wanted)
        let status = inputNames.withPointer { inputNames in
            outputNames.withPointer { outputNames in
                values.withValues { values in
                    results.withPlaces { places in
                        runtime.table.api.Run(
                            pointer,
                            nil,
                            inputNames,
                            values,
                            names.count,
                            outputNames,
                            wanted.count,
                            places
                        )
                    }
                }
            }
        }
        try runtime.table.check(status, operation)
        return results
    }

    private func makeValue(for input: TensorInput, _ operation: OperationName) throws(InferenceError) -> OpaquePointer {
        guard input.expectedByteCount == input.memory.count, let base = input.memory.baseAddress else {
            throw InferenceError(
                .invalidInput,
                operation: operation,
                message: "\(input.name) is said to be \(input.shape) of \(input.element), "
                    + "but its memory has \(input.memory.count) bytes"
            )
        }
        let dimensions = input.shape.dimensions.map(Int64.init)
        var value: OpaquePointer?
        let status = runtime.table.api.CreateTensorWithDataAsOrtValue(
            memoryInfo.pointer,
            base,
            input.memory.count,
            dimensions,
            dimensions.count,
            input.element.native,
            &value
        )
        try runtime.table.check(status, operation)
        guard let value else {
            throw InferenceError(.runFailed, operation: operation, message: "ONNX Runtime gave no tensor back")
        }
        return value
    }
}

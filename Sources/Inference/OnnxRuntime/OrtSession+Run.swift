import COnnxRuntime
import Telemetry

extension OrtSession {
    package func run<Result>(
        inputs lent: [TensorInput],
        outputs wanted: [String],
        interruption: Interruption?,
        _ body: (borrowing RunOutputs) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        let operation = OperationName("model.run", path)
        try interruption?.check(operation)
        try check(lent, operation)
        let values = ValueList(table: runtime.table, capacity: lent.count)
        for input in lent {
            values.append(try makeValue(for: input, operation))
        }
        let names = lent.map(\.name)
        let results = try watched(by: interruption, operation) { options throws(InferenceError) in
            if let bound {
                try run(values, named: names, outputs: wanted, boundTo: bound, options: options, operation)
            } else {
                try run(values, named: names, outputs: wanted, options: options, operation)
            }
        }
        noteRun()
        return try body(
            RunOutputs(
                OrtOutputs(names: wanted, values: results, table: runtime.table, operation: operation),
                operation
            )
        )
    }

    /// Does a run with options by which an interruption ends it; nobody ends one without.
    private func watched(
        by interruption: Interruption?,
        _ operation: OperationName,
        _ run: (OrtRunOptions?) throws(InferenceError) -> ValueList
    ) throws(InferenceError) -> ValueList {
        guard let interruption else { return try run(nil) }
        let options = try OrtRunOptions(table: runtime.table, operation)
        return try interruption.watch(operation, end: options.terminate) { () throws(InferenceError) in
            try run(options)
        }
    }

    private func run(
        _ values: ValueList,
        named names: [String],
        outputs wanted: [String],
        options: OrtRunOptions?,
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
                            options?.pointer,
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
        guard let base = input.memory.baseAddress else {
            throw InferenceError(.invalidInput, operation: operation, message: "\(input.name) has no memory")
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

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

/// The one owner of the values of a run, freed together.
final class ValueList {
    private let table: OrtTable
    private let places: UnsafeMutablePointer<OpaquePointer?>
    private let capacity: Int
    private var count = 0

    init(table: OrtTable, capacity: Int) {
        self.table = table
        self.capacity = capacity
        places = .allocate(capacity: max(1, capacity))
        places.initialize(repeating: nil, count: max(1, capacity))
    }

    deinit {
        for index in 0..<capacity {
            table.api.ReleaseValue(places[index])
        }
        places.deallocate()
    }

    func append(_ value: OpaquePointer) {
        places[count] = value
        count += 1
    }

    subscript(index: Int) -> OpaquePointer? { places[index] }

    /// Lends the places for ONNX Runtime to fill.
    func withPlaces<Result>(_ body: (UnsafeMutablePointer<OpaquePointer?>) -> Result) -> Result {
        body(places)
    }

    /// Lends the values; every place up to the count has one.
    func withValues<Result>(_ body: (UnsafePointer<OpaquePointer>) -> Result) -> Result {
        let filled = max(1, count)
        return places.withMemoryRebound(to: OpaquePointer.self, capacity: filled) { body(UnsafePointer($0)) }
    }
}

/// The outputs of a run, lent to the closure that reads them.
package struct RunOutputs: ~Copyable {
    private let names: [String]
    private let values: ValueList
    private let table: OrtTable
    private let operation: OperationName

    init(names: [String], values: ValueList, table: OrtTable, operation: OperationName) {
        self.names = names
        self.values = values
        self.table = table
        self.operation = operation
    }

    /// Lends an output of floats with its shape.
    ///
    /// Fails with `contractViolated` when the output has other elements.
    package borrowing func withFloats<Result>(
        _ name: String,
        _ body: (TensorShape, UnsafeBufferPointer<Float>) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        let (shape, memory) = try read(name, as: .float32)
        return try body(shape, UnsafeBufferPointer(memory.bindMemory(to: Float.self)))
    }

    /// Lends an output of 64-bit whole numbers with its shape.
    ///
    /// Fails with `contractViolated` when the output has other elements.
    package borrowing func withIntegers<Result>(
        _ name: String,
        _ body: (TensorShape, UnsafeBufferPointer<Int64>) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        let (shape, memory) = try read(name, as: .int64)
        return try body(shape, UnsafeBufferPointer(memory.bindMemory(to: Int64.self)))
    }

    private borrowing func read(
        _ name: String,
        as wanted: TensorElement
    ) throws(InferenceError) -> (TensorShape, UnsafeMutableRawBufferPointer) {
        guard let index = names.firstIndex(of: name), let value = values[index] else {
            throw InferenceError(.contractViolated, operation: operation, message: "there is no output \(name)")
        }
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
        let shape = TensorShape(dimensions)
        guard element == wanted, let count = shape.elementCount else {
            throw InferenceError(
                .contractViolated,
                operation: operation,
                message: "output \(name) is \(element) \(shape), not \(wanted)"
            )
        }
        var data: UnsafeMutableRawPointer?
        try table.check(api.GetTensorMutableData(value, &data), operation)
        let size = wanted == .int64 ? MemoryLayout<Int64>.size : MemoryLayout<Float>.size
        return (shape, UnsafeMutableRawBufferPointer(start: data, count: count * size))
    }
}

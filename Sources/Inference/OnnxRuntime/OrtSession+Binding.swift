import COnnxRuntime
import Telemetry

extension OrtSession {
    /// Runs the model with its inputs and outputs bound: inputs go to the device when they are bound, outputs arrive in
    /// `memory`.
    ///
    /// Inputs are described as plain memory of the host, also where they are page-locked: ONNX Runtime then waits for their
    /// copy, and the memory is free once the run is over.
    func run(
        _ values: ValueList,
        named names: [String],
        outputs wanted: [String],
        boundTo memory: BoundMemory,
        options: OrtRunOptions?,
        _ operation: OperationName
    ) throws(InferenceError) -> ValueList {
        let table = runtime.table
        let api = table.api
        let binding = try table.make(operation, release: api.ReleaseIoBinding) {
            api.CreateIoBinding(pointer, $0)
        }
        for (index, name) in names.enumerated() {
            guard let value = values[index] else { continue }
            try table.check(api.BindInput(binding.pointer, name, value), operation)
        }
        for name in wanted {
            try table.check(api.BindOutputToDevice(binding.pointer, name, memory.info.pointer), operation)
        }
        try table.check(api.RunWithBinding(pointer, options?.pointer, binding.pointer), operation)
        return try outputs(of: binding, operation)
    }

    /// Takes the outputs over, in the order in which they were bound.
    private func outputs(of binding: borrowing OrtHandle, _ operation: OperationName) throws(InferenceError)
        -> ValueList
    {
        let table = runtime.table
        var allocator: OpaquePointer?
        try table.check(table.api.GetAllocatorWithDefaultOptions(&allocator), operation)
        guard let allocator else {
            throw InferenceError(.runFailed, operation: operation, message: "ONNX Runtime gave no allocator")
        }
        var found: UnsafeMutablePointer<OpaquePointer>?
        var count = 0
        try table.check(table.api.GetBoundOutputValues(binding.pointer, allocator, &found, &count), operation)
        let results = ValueList(table: table, capacity: count)
        guard let found else { return results }
        for index in 0..<count {
            results.append(found[index])
        }
        try table.check(table.api.AllocatorFree(allocator, found), operation)
        return results
    }
}

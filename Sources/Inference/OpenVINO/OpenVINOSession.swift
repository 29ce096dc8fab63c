import COpenVINO
import Synchronization
import Telemetry

/// A model, compiled by OpenVINO and ready to run.
///
/// `@unchecked Sendable`: `ov_compiled_model_t` guards itself, an infer request is in one run at a time, and this class never changes after
/// `init` but for what its lock and its atomic flag guard.
package final class OpenVINOSession: InferenceSession, @unchecked Sendable {
    package let path: String
    package let device: Device
    package let origin: ModelOrigin
    package let inputs: [TensorDescription]
    package let buffers = FloatBufferPool(maximumIdle: 2)

    private let table: OpenVINOTable
    private let compiled: OpenVINOHandle
    /// Requests that are in no run; as many are made as there are runs at the same time.
    private let idle = Mutex<[Request]>([])
    private let ran = Atomic(false)
    /// Outputs that were asked for and are there.
    private let outputs = Mutex<[String: TensorDescription]>([:])

    /// Loads a model from its file.
    ///
    /// - Throws: `invalidModel` when the file is missing or no model that OpenVINO takes, `deviceUnavailable` when the processor lacks
    ///   the precision.
    init(path: String, options: SessionOptions, runtime: OpenVINORuntime) throws(InferenceError) {
        self.path = path
        device = options.device
        table = runtime.table
        let made = try runtime.compile(path: path, options: options)
        origin = made.origin
        compiled = made.handle
        inputs = try OpenVINOPorts(
            table: table,
            compiled: compiled.pointer,
            operation: OperationName("model.load", path)
        )
        .inputs()
    }

    package func output(named name: String) -> TensorDescription? {
        if let known = outputs.withLock({ $0[name] }) { return known }
        // OpenVINO's only answer for a name that it does not know is an error.
        let operation = OperationName("model.describe", path)
        let found = try? OpenVINOPorts(table: table, compiled: compiled.pointer, operation: operation)
            .output(named: name)
        outputs.withLock { $0[name] = found }
        return found
    }

    package var hasRun: Bool { ran.load(ordering: .relaxed) }

    package func run<Result>(
        inputs lent: [TensorInput],
        outputs wanted: [String],
        interruption: Interruption?,
        _ body: (borrowing RunOutputs) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        let operation = OperationName("model.run", path)
        try interruption?.check(operation)
        try check(lent, operation)
        for name in wanted where output(named: name) == nil {
            throw InferenceError(.contractViolated, operation: operation, message: "there is no output \(name)")
        }
        let request = try takeRequest(operation)
        defer { idle.withLock { $0.append(request) } }
        for input in lent {
            let tensor = try makeTensor(of: input, operation)
            try table.check(
                table.infer_request_set_tensor(request.pointer, input.name, tensor.pointer),
                operation,
                failure: .invalidInput
            )
        }
        try run(request, interruption, operation)
        ran.store(true, ordering: .relaxed)
        return try body(
            RunOutputs(OpenVINOOutputs(table: table, request: request, names: wanted, operation: operation), operation)
        )
    }

    /// Runs a request to its end, or until it is interrupted.
    private func run(
        _ request: Request,
        _ interruption: Interruption?,
        _ operation: OperationName
    ) throws(InferenceError) {
        // Begun before it is watched: OpenVINO forgets a cancellation that comes before the run.
        try table.check(table.infer_request_start_async(request.pointer), operation)
        let wait = { () throws(InferenceError) in
            try self.table.check(self.table.infer_request_wait(request.pointer), operation)
        }
        guard let interruption else { return try wait() }
        try interruption.watch(operation, end: request.cancel, wait)
    }

    private func takeRequest(_ operation: OperationName) throws(InferenceError) -> Request {
        if let request = idle.withLock({ $0.popLast() }) { return request }
        return Request(
            try table.make(operation, release: table.infer_request_free) { made in
                table.compiled_model_create_infer_request(compiled.pointer, made)
            },
            table: table
        )
    }

    /// A tensor over memory that is lent: nothing is copied.
    private func makeTensor(of input: TensorInput, _ operation: OperationName) throws(InferenceError) -> OpenVINOHandle
    {
        guard let base = input.memory.baseAddress else {
            throw InferenceError(.invalidInput, operation: operation, message: "\(input.name) has no memory")
        }
        var dimensions = input.shape.dimensions.map(Int64.init)
        return try table.make(operation, failure: .invalidInput, release: table.tensor_free) { made in
            dimensions.withUnsafeMutableBufferPointer { dimensions in
                let shape = ov_shape_t(rank: Int64(dimensions.count), dims: dimensions.baseAddress)
                return table.tensor_create_from_host_ptr(input.element.openVINO, shape, base, made)
            }
        }
    }

    /// One of OpenVINO's infer requests.
    ///
    /// `@unchecked Sendable`: it is in the hands of one run, or idle; a run may be cancelled from any thread.
    final class Request: @unchecked Sendable {
        private let handle: OpenVINOHandle
        private let table: OpenVINOTable
        var pointer: OpaquePointer { handle.pointer }

        init(_ handle: consuming OpenVINOHandle, table: OpenVINOTable) {
            self.handle = handle
            self.table = table
        }

        /// Has the run under way end before its next operator; one that is over is left alone.
        func cancel() {
            // There is nothing to do about a failure: the run then takes the time that it takes.
            _ = table.infer_request_cancel(pointer)
        }
    }
}

/// A model, loaded and ready to run.
package protocol InferenceSession: AnyObject, Sendable {
    /// The model's file.
    var path: String { get }

    /// Where it runs.
    var device: Device { get }

    /// What it was made of.
    var origin: ModelOrigin { get }

    /// The inputs the model declares, in its order.
    var inputs: [TensorDescription] { get }

    /// An output the model declares; nil when it declares none of this name.
    ///
    /// Asked for by name, as an output can have several in OpenVINO: that of the graph's output, and that of what computes it.
    func output(named name: String) -> TensorDescription?

    /// Memory for inputs, shared by all that use this session.
    var buffers: FloatBufferPool { get }

    /// Whether a run has gone well: what is only done in a first run has been done.
    var hasRun: Bool { get }

    /// Runs the model on the calling thread and lends its outputs to `body`; several threads may call at once.
    ///
    /// Input memory is lent to the runtime, not copied, and must stay unchanged until `body` returns. Output memory belongs to the
    /// runtime and is no longer there when `body` has returned.
    ///
    /// - Parameters:
    ///   - lent: One for each input of the model.
    ///   - wanted: The names of the outputs that `body` reads.
    ///   - interruption: Ends the run before its time; nil where nobody would.
    ///   - body: Reads the outputs.
    /// - Returns: What `body` returns.
    /// - Throws: `invalidInput` when an input does not fit, `runFailed` or `outOfMemory` when the run fails, `interrupted` when it was
    ///   ended, and what `body` throws.
    func run<Result>(
        inputs lent: [TensorInput],
        outputs wanted: [String],
        interruption: Interruption?,
        _ body: (borrowing RunOutputs) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result
}

extension InferenceSession {
    /// Its file: only a runtime that compiles has something to keep.
    package var origin: ModelOrigin { .file }

    /// Runs the model to its end; see ``run(inputs:outputs:interruption:_:)``.
    package func run<Result>(
        inputs lent: [TensorInput],
        outputs wanted: [String],
        _ body: (borrowing RunOutputs) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result {
        try run(inputs: lent, outputs: wanted, interruption: nil, body)
    }
}

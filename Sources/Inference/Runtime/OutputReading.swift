/// Reads the outputs of one run; each runtime has its own.
protocol OutputReading {
    /// Lends an output as the runtime keeps it.
    ///
    /// - Returns: nil when the run gave no such output.
    /// - Throws: ``InferenceError``: what `body` throws, or the runtime's failure to show the output.
    func withOutput<Result>(
        _ name: String,
        _ body: (OutputTensor) throws(InferenceError) -> Result
    ) throws(InferenceError) -> Result?
}

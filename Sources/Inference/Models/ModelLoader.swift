import Telemetry

/// Loads the models of a pipeline and notes what is wrong with each, instead of stopping at the first.
struct ModelLoader {
    private(set) var mistakes: [String] = []
    private let options: SessionOptions
    private let sessions: SharedSessions
    private let runtime: any InferenceRuntime

    init(options: SessionOptions, sessions: SharedSessions, runtime: any InferenceRuntime) {
        self.options = options
        self.sessions = sessions
        self.runtime = runtime
    }

    /// Loads a model; nil, and a note, when it is no model or breaks its contract.
    ///
    /// A device that is not there is thrown at once: it would be the same for every model.
    mutating func load(
        _ algorithm: PipelineManifest.Algorithm,
        _ contract: ModelContract
    ) throws(InferenceError) -> (any InferenceSession)? {
        if let problem = ModelFile.problem(of: algorithm.file) {
            mistakes.append(problem)
            return nil
        }
        let session: any InferenceSession
        do {
            session = try sessions.session(path: algorithm.file, options: options, runtime: runtime)
        } catch  where error.code == .invalidModel {
            mistakes.append(error.description)
            return nil
        }
        let broken = contract.mistakes(of: session)
        mistakes += broken.map { "\(algorithm.file) \($0)" }
        return broken.isEmpty ? session : nil
    }
}

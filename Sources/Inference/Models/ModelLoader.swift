import Concurrency
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

    /// Opens a pipeline's models at the same time, so that ``load(_:_:precision:)`` finds them; what is wrong with one is its to say.
    ///
    /// - Returns: The sessions, to be held until each has been loaded.
    func openAll(of manifest: PipelineManifest) -> [any InferenceSession] {
        guard runtime.opensSideBySide else { return [] }
        let use = DeviceUse(device: options.device, precision: options.precision)
        let models = manifest.graphs(on: use).map { Model(path: $0.path, options: options($0.precision)) }
        return SideBySide.map(Array(Set(models)), name: "models", stackBytes: 8 << 20) { [sessions, runtime] model in
            try? sessions.session(path: model.path, options: model.options, runtime: runtime)
        }
        .compactMap(\.self)
    }

    private struct Model: Hashable {
        let path: String
        let options: SessionOptions
    }

    private func options(_ precision: Precision) -> SessionOptions {
        var options = options
        options.precision = precision
        return options
    }

    /// Loads a model; nil, and a note, when it is no model or breaks its contract.
    ///
    /// A device that is not there is thrown at once: it would be the same for every model.
    mutating func load(
        _ algorithm: PipelineManifest.Algorithm,
        _ contract: ModelContract,
        precision: Precision
    ) throws(InferenceError) -> (any InferenceSession)? {
        let graph = ModelGraph(of: algorithm.file, device: options.device, precision: precision)
        if let problem = graph.problem {
            mistakes.append(problem)
            return nil
        }
        let session: any InferenceSession
        do {
            session = try sessions.session(
                path: graph.path,
                options: options(precision),
                runtime: runtime
            )
        } catch  where error.code == .invalidModel {
            mistakes.append(error.description)
            return nil
        }
        let broken = contract.mistakes(of: session)
        mistakes += broken.map { "\(graph.path) \($0)" }
        return broken.isEmpty ? session : nil
    }
}

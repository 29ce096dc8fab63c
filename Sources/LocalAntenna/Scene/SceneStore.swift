import Dispatch
import Foundation

/// Draws each scene once, however many ask for it, and keeps the JPEG.
actor SceneStore {
    private var files: [SceneSpecification: Task<Data, any Error>] = [:]

    /// The scene as a JPEG file.
    ///
    /// - Throws: `ImagingError` when the encoder fails.
    func jpeg(_ specification: SceneSpecification) async throws -> Data {
        if let known = files[specification] { return try await known.value }
        let drawing = Task {
            // A scene keeps all cores busy for a second: not on the threads that answer requests.
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global(qos: .utility).async {
                    continuation.resume(
                        with: Result { Data(try SceneGenerator(specification).draw().jpeg()) }
                    )
                }
            }
        }
        files[specification] = drawing
        return try await drawing.value
    }
}

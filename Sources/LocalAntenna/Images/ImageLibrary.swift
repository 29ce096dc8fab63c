import Foundation
import Synchronization

/// Knows what stands behind each image id, and fetches its bytes.
final class ImageLibrary: Sendable {
    /// A small good image, for the faults that need one to spoil.
    private static let sample = SceneSpecification(seed: 7, width: 320, height: 214)

    private let sources: [Int: ImageSource]
    private let scenes: SceneStore
    private let asked = Mutex<Set<Int>>([])

    init(sources: [Int: ImageSource], scenes: SceneStore = SceneStore()) {
        self.sources = sources
        self.scenes = scenes
    }

    /// The image of an id.
    func source(_ imageID: Int) -> ImageSource? {
        sources[imageID]
    }

    /// How many there are.
    var count: Int { sources.count }

    /// The first of them: name and path.
    func first(_ count: Int) -> [(name: String, path: String)] {
        // Their numbers follow one another.
        let first = sources.keys.min() ?? 0
        return (first..<first + count).filter { sources[$0] != nil }.map { id in
            let path = path(id)
            let last = path.split(separator: "/").last.map(String.init) ?? ""
            return (last.removingPercentEncoding ?? last, path)
        }
    }

    /// The scenes that will be asked for, each once, in the order of the images.
    var sceneSpecifications: [SceneSpecification] {
        var seen: Set<SceneSpecification> = []
        return sources.keys.sorted().compactMap { id in
            guard case .scene(let scene)? = sources[id], seen.insert(scene).inserted else { return nil }
            return scene
        }
    }

    /// Whether this is the first request for the image.
    func isFirstRequest(_ imageID: Int) -> Bool {
        asked.withLock { $0.insert(imageID).inserted }
    }

    /// The bytes of a scene, drawn when they are asked for the first time.
    func bytes(of scene: SceneSpecification) async throws -> Data {
        try await scenes.jpeg(scene)
    }

    /// The bytes of a small good scene.
    func sampleBytes() async throws -> Data {
        try await scenes.jpeg(Self.sample)
    }

    /// The path that a task's image is served under.
    func path(_ imageID: Int) -> String {
        "/images/\(imageID)/\(sources[imageID]?.servedName ?? "image.jpg")"
    }
}

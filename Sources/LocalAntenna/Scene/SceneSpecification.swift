/// Which scene to draw.
package struct SceneSpecification: Sendable, Hashable {
    /// The number that everything in the scene follows from.
    package var seed: UInt64
    /// Width in pixels.
    package var width = 4_096
    /// Height in pixels.
    package var height = 2_160

    package init(seed: UInt64, width: Int = 4_096, height: Int = 2_160) {
        self.seed = seed
        self.width = width
        self.height = height
    }
}

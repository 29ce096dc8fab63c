package import Pipeline

/// What a worker is connected with that looks at it or steers it from outside; by default nothing does.
package struct WorkerHooks: Sendable {
    /// Whether tasks are taken.
    package var taking = TakingSwitch()
    /// Shown every image with its insects; returns at once.
    var onAnalysed: @Sendable (AnalysedImage) -> Void = { _ in }
    /// Whether anybody looks.
    var audience = Audience()
}

extension Oversight {
    /// What connects a worker with this.
    package var hooks: WorkerHooks {
        WorkerHooks(taking: life.taking, onAnalysed: { [images] in images.offer($0) }, audience: audience)
    }
}

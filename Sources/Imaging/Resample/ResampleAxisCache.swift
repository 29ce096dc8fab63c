import Synchronization

/// Axes already calculated.
///
/// Detector inputs repeat their sizes for a whole job, and crops come back to similar ones.
enum ResampleAxisCache {
    private struct Key: Hashable {
        let input: Int
        let output: Int
        let filter: Resampler.Filter
    }

    /// About 4 MB for crops onto 128 pixels.
    ///
    /// Calculating an axis again costs microseconds, so a full cache just starts over.
    private static let maximumCount = 1024
    private static let axes = Mutex<[Key: ResampleAxis]>([:])

    static func axis(from input: Int, to output: Int, filter: Resampler.Filter) -> ResampleAxis {
        let key = Key(input: input, output: output, filter: filter)
        if let known = axes.withLock({ $0[key] }) { return known }
        let axis =
            switch filter {
            case .bilinear: ResampleAxis(bilinear: input, to: output)
            case .antialiasedBilinear: ResampleAxis(antialiased: input, to: output)
            }
        axes.withLock { axes in
            if axes.count >= maximumCount { axes.removeAll(keepingCapacity: true) }
            axes[key] = axis
        }
        return axis
    }
}

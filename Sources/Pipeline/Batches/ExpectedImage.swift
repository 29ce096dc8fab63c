import Concurrency
import Synchronization

/// The promise of a task's image to a batcher, which may let a part-filled batch wait for it.
///
/// Left when the image is analysed, when the task ends before that, and at the latest with its last reference.
package final class ExpectedImage: Sendable {
    private let batcher: Batcher
    private let isHeld = Atomic(true)

    init(batcher: Batcher) {
        self.batcher = batcher
    }

    deinit {
        leave()
    }

    /// Says that the image will not come.
    ///
    /// A second call does nothing, nor does one after the image came.
    package func leave() {
        if take() { batcher.leave() }
    }

    /// Whether the slot was held until now.
    func take() -> Bool { isHeld.exchange(false, ordering: .acquiringAndReleasing) }
}

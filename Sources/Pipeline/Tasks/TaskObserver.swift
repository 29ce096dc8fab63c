/// Is shown what becomes of tasks, to show or to count it.
///
/// Called on a task's way, from any thread: it returns at once.
package protocol TaskObserver: Sendable {
    /// A task was taken in hand.
    func taken(_ task: ImageTask)
    /// The insects of a task's image were found; its result goes out next.
    func analysed(_ image: AnalysedImage)
    /// A task is settled: what came of it is out, or it was given back.
    func settled(_ task: ImageTask, _ outcome: TaskOutcome)
}

extension TaskObserver {
    package func taken(_ task: ImageTask) {}
    package func analysed(_ image: AnalysedImage) {}
    package func settled(_ task: ImageTask, _ outcome: TaskOutcome) {}
}

package import Concurrency
import Transport

/// How tasks are taken from RabbitMQ and results brought back.
package struct AMQPSourceSettings: Sendable, Hashable {
    /// The queues to take tasks from, one or more.
    package var queues: [TaskQueueName]
    /// The queues that tasks are passed on to, declared along with those they come from.
    ///
    /// Default: none.
    package var onward: [TaskQueueName] = []
    /// The most deliveries in hand, for each queue, 1...65535; two or three batches.
    ///
    /// An interactive queue has a quarter of it.
    package var prefetch: Int
    /// Deliveries without a result before a task goes to the dead letters, 1 or more.
    package var maximumAttempts: Int
    /// How long a result that no queue takes is held and tried again, before its task goes to the dead letters.
    package var unroutablePatience: Duration
    /// The exchange for results; `""` is the broker's own, with the reply subject as queue name.
    package var resultsExchange: String
    /// Whether queues and exchanges are declared; else they must be there.
    package var declares: Bool
    /// How long one publish may take once the source is drained, before the task is given back.
    ///
    /// Default: 10 s.
    package var drainPatience = Duration.seconds(10)
    /// The waits between attempts to publish and to consume.
    ///
    /// Default: 0.25 s up to 15 s.
    package var backoff = Backoff.broker

    /// Makes settings of the values that operators set; the rest have defaults.
    package init(
        queues: [TaskQueueName],
        prefetch: Int,
        maximumAttempts: Int,
        unroutablePatience: Duration,
        resultsExchange: String,
        declares: Bool
    ) {
        self.queues = queues
        self.prefetch = prefetch
        self.maximumAttempts = maximumAttempts
        self.unroutablePatience = unroutablePatience
        self.resultsExchange = resultsExchange
        self.declares = declares
    }

    /// The most deliveries of a queue in hand.
    ///
    /// An interactive queue has its own, so that its tasks never stand behind the others, and a small one, so that several workers share
    /// those that come at once.
    func prefetch(of queue: TaskQueueName) -> Int {
        queue.lane == .interactive ? Lane.spare(beyond: prefetch) : prefetch
    }

    /// What is declared before each attempt to consume a queue.
    func declarations(for queue: TaskQueueName) -> [AMQPDeclaration] {
        guard declares else {
            // Looked for before it is consumed: a queue that is not there would cost the channel of all consumers.
            return queue.lane == .interactive ? [.queue(name: "\(queue)", passive: true)] : []
        }
        let onward = onward.filter { $0.pipeline == queue.pipeline && $0.lane == queue.lane }
        return ([queue] + onward).flatMap(AMQPTopology.declarations(for:))
            + AMQPTopology.declarations(forResultsExchange: resultsExchange)
    }
}

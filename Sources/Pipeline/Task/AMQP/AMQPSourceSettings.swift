package import Transport

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
    /// Default: 24.
    package var prefetch = 24
    /// Deliveries without a result before a task goes to the dead letters, 1 or more.
    ///
    /// Default: 5.
    package var maximumAttempts = 5
    /// How long a result that no queue takes is held and tried again, before its task goes to the dead letters.
    ///
    /// Default: 5 minutes.
    package var unroutablePatience = Duration.seconds(300)
    /// The exchange for results; `""` is the broker's own, with the reply subject as queue name.
    ///
    /// Default: `antenna.results`.
    package var resultsExchange = AMQPTopology.resultsExchange
    /// Whether queues and exchanges are declared; else they must be there.
    ///
    /// Default: yes.
    package var declares = true
    /// How long one publish may take once the source is drained, before the task is given back.
    ///
    /// Default: 10 s.
    package var drainPatience = Duration.seconds(10)
    /// The waits between attempts to publish and to consume.
    ///
    /// Default: 0.25 s up to 15 s.
    package var backoff = AMQPBackoff()

    /// The defaults.
    package init(queues: [TaskQueueName]) {
        self.queues = queues
    }
}

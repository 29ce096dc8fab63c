package import Transport

extension AMQPDelivery {
    /// Why no tasks can be taken from its queue, in a sentence; nil for a quorum queue.
    ///
    /// Queues that are not declared, or may not be, are judged by what they deliver.
    var queueFault: String? {
        if message.headers["x-stream-offset"] != nil {
            return "it is a stream, which is read and never emptied: make it a quorum queue"
        }
        return isUncounted ? "it is no quorum queue: it does not count how often a task was tried" : nil
    }

    /// Whether it came again from a queue that does not say how often: a quorum queue of any version does, in one of these headers.
    var isUncounted: Bool {
        isRedelivered && !["x-delivery-count", "x-acquired-count"].contains { message.headers[$0] != nil }
    }

    /// How often the message was delivered from `queue` before, as far as the broker says.
    ///
    /// A quorum queue counts in `x-delivery-count`, brokers before 4.3 also what was given back. A message that came back by way of
    /// dead letters carries its earlier ends in `x-death`, and a copy that a worker has put back untried says how often it was tried. Other
    /// queues say only that it was delivered before.
    package func attempts(from queue: String) -> Int {
        // Counts are clamped where they come in, and a header has room for some thousands of them.
        let deaths = deaths.filter { $0.queue == queue && ($0.reason == "rejected" || $0.reason == "delivery_limit") }
        let counted = deliveryCount + message.tried + deaths.reduce(0) { $0 + $1.count }
        return max(counted, isRedelivered ? 1 : 0)
    }

    /// Whether its task may have been done before: it was delivered before, or is marked as a message that may be there twice.
    func mayBeAnswered(from queue: TaskQueueName) -> Bool {
        attempts(from: "\(queue)") > 0 || message.headers[DeadLetter.Header.redelivered] == true
    }
}

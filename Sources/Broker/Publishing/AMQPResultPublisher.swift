package import Logging
package import Pipeline
import Telemetry
package import Transport

/// Publishes results by the contract: persistent, mandatory, to the task's reply subject, with the task's id as message id.
package struct AMQPResultPublisher: Sendable {
    private let publisher: ConfirmedPublisher
    let exchange: String
    private let logger: Logger

    /// Makes a publisher.
    ///
    /// - Parameters:
    ///   - publisher: Publishes with a confirm.
    ///   - exchange: Where results go; `""` sends them to the queue that is named like the reply subject.
    ///   - logger: Hears of results that are too large.
    package init(
        publisher: ConfirmedPublisher,
        exchange: String,
        logger: Logger
    ) {
        self.publisher = publisher
        self.exchange = exchange
        self.logger = logger
    }

    /// Publishes the result of a task and returns once the broker has confirmed it.
    ///
    /// A result larger than the broker takes is replaced by an error result that says so; it would never go through.
    ///
    /// - Throws: ``TransportError`` when it was given up, at once where no queue takes it; the task must not be acknowledged then.
    package func publish(_ result: EncodedResult, to message: TaskMessage) async throws(TransportError) {
        do throws(TransportError) {
            try await send(result, to: message)
        } catch  where error.code == .tooLarge && !result.isError {
            logger.warning(
                "A result is too large for RabbitMQ; an error result goes in its place",
                metadata: [
                    LogKey.taskID: "\(message.task.id)", LogKey.bytes: "\(result.json.count)",
                    LogKey.error: "\(error)",
                ]
            )
            let sentence =
                "The result has \(result.json.count) bytes, which is more than the broker takes (\(error.message)); "
                + "\(EncodedResult.makesSmaller) makes results smaller, --max-message and RabbitMQ's max_message_size let larger ones through"
            try await send(.error(sentence, for: message.task), to: message)
        }
    }

    private func send(_ result: EncodedResult, to message: TaskMessage) async throws(TransportError) {
        try await publisher.publish(
            Self.encode(result, to: message),
            exchange: exchange,
            routingKey: message.task.replySubject,
            triesUnroutable: false
        )
    }

    /// The message that carries a result.
    ///
    /// One that somebody waits for has a priority: a quorum queue of RabbitMQ 4 lets it go before others, two to one, and older ones do not mind.
    static func encode(_ result: EncodedResult, to message: TaskMessage) -> AMQPMessage {
        var encoded = AMQPMessage(
            body: result.json,
            messageID: result.taskID,
            correlationID: message.original.correlationID,
            contentType: "application/json",
            headers: message.task.traceparent.map { ["traceparent": .string($0)] } ?? [:]
        )
        encoded.priority = message.task.lane.priority
        return encoded
    }
}

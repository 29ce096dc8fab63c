import Concurrency
import Telemetry

/// A message on its way out.
struct AMQPPublish: Sendable {
    let id: UInt64
    let message: AMQPMessage
    let exchange: String
    let routingKey: String
    let isMandatory: Bool
    /// What waits for it: of those that are not sent yet, the interactive lane's go first.
    let lane: Lane

    /// The marks by which a returned message is recognised.
    var identity: AMQPConfirmWindow.Identity {
        AMQPConfirmWindow.Identity(messageID: message.messageID, exchange: exchange, routingKey: routingKey)
    }

    /// An upper bound of the bytes of the content header.
    var headerRoom: Int { message.headerSize }

    /// Checks what AMQP cannot carry, before anything is sent.
    ///
    /// A short text longer than 255 bytes would corrupt the frame, and a refused size would cost the channel with all that is on it.
    func check(limit: Int) throws(TransportError) {
        let short =
            [
                exchange, routingKey,
            ] + message.texts
        for text in short { try AMQPText.check(text, operation: "message.publish") }
        for key in message.headers.keys { try AMQPText.check(key, operation: "message.publish") }
        guard message.body.count <= limit else {
            throw TransportError(
                .tooLarge,
                operation: "message.publish",
                message: "a message of \(message.body.count) bytes where \(limit) are allowed"
            )
        }
        guard headerRoom <= AMQPMessage.largestHeader else { throw tooLargeHeader(limit: AMQPMessage.largestHeader) }
    }

    /// The error of a content header that does not fit.
    func tooLargeHeader(limit: Int) -> TransportError {
        TransportError(
            .tooLarge,
            operation: "message.publish",
            message: "headers of about \(headerRoom) bytes where \(limit) are allowed"
        )
    }
}
